DROP TABLE notices;
DROP TABLE emergency_accesses;
