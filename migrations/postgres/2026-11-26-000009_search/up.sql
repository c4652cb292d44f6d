-- What was searched for, sealed; its entry on the log names it by its id. Forgotten after ninety days.
CREATE TABLE search_texts (
    id          TEXT   NOT NULL PRIMARY KEY,
    sealed      BYTEA  NOT NULL,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX search_texts_by_age ON search_texts (recorded_at);

-- Cases that may be of one person; why is nowhere on the disk. Each side says for itself that they are two people.
CREATE TABLE duplicate_candidates (
    id         TEXT   NOT NULL PRIMARY KEY,
    lower_case TEXT   NOT NULL REFERENCES cases (id),
    upper_case TEXT   NOT NULL REFERENCES cases (id),
    state      TEXT   NOT NULL CHECK (state IN ('open', 'not_same', 'merged')),
    version    BIGINT NOT NULL CHECK (version >= 1),
    noted_at   BIGINT NOT NULL,
    lower_by   TEXT   REFERENCES users (id),
    upper_by   TEXT   REFERENCES users (id),
    decided_at BIGINT,
    CHECK (lower_case <= upper_case),
    UNIQUE (lower_case, upper_case)
);
CREATE INDEX duplicate_candidates_by_upper ON duplicate_candidates (upper_case);
CREATE INDEX duplicate_candidates_by_state ON duplicate_candidates (state, noted_at, id);
