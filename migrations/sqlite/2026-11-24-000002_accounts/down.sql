DROP TABLE recovery_codes;
DROP TABLE second_factors;
DROP TABLE refresh_tokens;
DROP TABLE sessions;
DROP TABLE hub_members;
DROP TABLE users;
DROP TABLE hubs;
