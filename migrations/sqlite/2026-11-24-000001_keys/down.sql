DROP TABLE keyring;
DROP TABLE settings;
