-- A case that somebody of its hub has opened in an emergency: for an hour at most, told to its coordinators, reviewed by
-- an auditor. The explanation is sealed by the case's key, and goes when the person is erased.
CREATE TABLE emergency_accesses (
    id          TEXT   NOT NULL PRIMARY KEY,
    case_id     TEXT   NOT NULL REFERENCES cases (id),
    hub_id      TEXT   NOT NULL REFERENCES hubs (id),
    user_id     TEXT   NOT NULL REFERENCES users (id),
    reason      TEXT   NOT NULL CHECK (reason IN ('raid', 'danger', 'medical', 'unreachable', 'other_emergency')),
    explanation BYTEA,
    began_at    BIGINT NOT NULL,
    ends_at     BIGINT NOT NULL,
    ended_by    TEXT            REFERENCES users (id),
    finding     TEXT            CHECK (finding IN ('justified', 'unjustified', 'unclear')),
    reviewed_by TEXT            REFERENCES users (id),
    reviewed_at BIGINT,
    reminded_at BIGINT,
    version     BIGINT NOT NULL CHECK (version >= 1),
    CHECK (ends_at BETWEEN began_at AND began_at + 3600000000),
    CHECK ((finding IS NULL) = (reviewed_by IS NULL) AND (finding IS NULL) = (reviewed_at IS NULL))
);
CREATE INDEX emergency_accesses_by_case ON emergency_accesses (case_id, user_id, ends_at);
CREATE INDEX emergency_accesses_by_user ON emergency_accesses (user_id, began_at, id);
CREATE INDEX emergency_accesses_by_hub ON emergency_accesses (hub_id, began_at, id);
CREATE INDEX emergency_accesses_by_moment ON emergency_accesses (began_at, id);
CREATE INDEX emergency_accesses_to_review ON emergency_accesses (began_at, id) WHERE reviewed_at IS NULL;

-- That something waits for a user: of what kind it is, and its id; never what it says.
CREATE TABLE notices (
    id      TEXT   NOT NULL PRIMARY KEY,
    user_id TEXT   NOT NULL REFERENCES users (id),
    kind    TEXT   NOT NULL CHECK (kind IN ('emergency_opened', 'emergency_reviewed', 'review_waits', 'review_overdue', 'erasure_waits', 'duplicate_waits', 'cases_handed_over', 'reading_budget_spent', 'reading_allowed', 'grant_waits', 'grant_decided', 'user_idle', 'duress', 'somebody_away')),
    subject TEXT   NOT NULL,
    told_at BIGINT NOT NULL,
    seen_at BIGINT
);
CREATE INDEX notices_by_user ON notices (user_id, told_at, id);
CREATE INDEX notices_unseen ON notices (user_id, told_at, id) WHERE seen_at IS NULL;
CREATE INDEX notices_unseen_of_subject ON notices (subject, kind, user_id) WHERE seen_at IS NULL;
CREATE INDEX notices_by_moment ON notices (told_at);
