-- What was searched for, sealed; its entry on the log names it by its id. Forgotten after ninety days.
CREATE TABLE search_texts (
    id          TEXT   NOT NULL PRIMARY KEY,
    sealed      BYTEA  NOT NULL,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX search_texts_by_age ON search_texts (recorded_at);
