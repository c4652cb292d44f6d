-- That somebody opened something sealed of a case: it counts for an hour and for a day, and is forgotten then.
CREATE TABLE case_readings (
    user_id    TEXT   NOT NULL REFERENCES users (id),
    case_id    TEXT   NOT NULL REFERENCES cases (id),
    counted_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, case_id)
) WITHOUT ROWID;
CREATE INDEX case_readings_by_user ON case_readings (user_id, counted_at);
CREATE INDEX case_readings_by_case ON case_readings (case_id);
CREATE INDEX case_readings_by_moment ON case_readings (counted_at);

-- What a coordinator allows a user beside their reading budget, and when the coordinators were last told that they wait.
CREATE TABLE reading_allowances (
    user_id    TEXT   NOT NULL PRIMARY KEY REFERENCES users (id),
    more       BIGINT NOT NULL CHECK (more BETWEEN 0 AND 200),
    until_at   BIGINT,
    allowed_by TEXT            REFERENCES users (id),
    told_at    BIGINT,
    CHECK ((until_at IS NULL) = (allowed_by IS NULL))
) WITHOUT ROWID;
