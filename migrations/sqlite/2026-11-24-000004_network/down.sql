DROP TABLE shelters;
