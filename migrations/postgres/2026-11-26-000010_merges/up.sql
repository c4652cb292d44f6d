-- Two cases of one person: the merged one's row leads to the survivor (cases.merged_into) as long as the merge stands.
CREATE TABLE case_merges (
    id            TEXT   NOT NULL PRIMARY KEY,
    survivor_id   TEXT   NOT NULL REFERENCES cases (id),
    merged_id     TEXT   NOT NULL REFERENCES cases (id),
    reason        TEXT   NOT NULL CHECK (reason IN ('same_documents', 'same_account', 'person_said', 'worker_knows', 'opened_twice', 'other_merge_reason')),
    team          TEXT   NOT NULL CHECK (team IN ('apart', 'joined')),
    merged_by     TEXT   NOT NULL REFERENCES users (id),
    merged_at     BIGINT NOT NULL,
    undone_reason TEXT CHECK (undone_reason IN ('two_persons', 'wrong_survivor', 'merged_in_error', 'other_merge_undo_reason')),
    undone_by     TEXT            REFERENCES users (id),
    undone_at     BIGINT,
    CHECK ((undone_reason IS NULL) = (undone_at IS NULL)),
    CHECK ((undone_by IS NULL) = (undone_at IS NULL))
);
CREATE INDEX case_merges_by_survivor ON case_merges (survivor_id, merged_at, id);
CREATE INDEX case_merges_by_merged ON case_merges (merged_id, merged_at, id);
CREATE UNIQUE INDEX case_merges_one_stands ON case_merges (merged_id) WHERE undone_at IS NULL;

-- The rows that a merge made the survivor's: exactly these go back when it is undone.
CREATE TABLE case_merge_rows (
    merge_id TEXT NOT NULL REFERENCES case_merges (id),
    of_table TEXT NOT NULL,
    row_id   TEXT NOT NULL,
    PRIMARY KEY (merge_id, of_table, row_id)
);

-- The places that it gave or widened on the survivor's team: as which version, and what was there before.
CREATE TABLE case_merge_places (
    merge_id      TEXT   NOT NULL REFERENCES case_merges (id),
    user_id       TEXT   NOT NULL REFERENCES users (id),
    place_version BIGINT NOT NULL CHECK (place_version >= 1),
    former        TEXT,
    PRIMARY KEY (merge_id, user_id)
);
