DROP TABLE idempotency_keys;
DROP TABLE sealed_records;
DROP TABLE case_team;
DROP TABLE case_periods;
DROP TABLE case_keys;
DROP TABLE cases;
