DROP TABLE reading_allowances;
DROP TABLE case_readings;
