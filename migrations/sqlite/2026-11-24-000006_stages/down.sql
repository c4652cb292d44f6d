DROP TABLE resettlements;
DROP TABLE asylum_applications;
DROP TABLE legs;
DROP TABLE journeys;
DROP TABLE stays;
