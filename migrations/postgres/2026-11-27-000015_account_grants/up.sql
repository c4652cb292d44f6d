-- What is granted to an account by two people: one asks, another decides. A code that activates an account is stored as its
-- hash.
CREATE TABLE account_grants (
    id              TEXT   NOT NULL PRIMARY KEY,
    user_id         TEXT   NOT NULL REFERENCES users (id),
    kind            TEXT   NOT NULL CHECK (kind IN ('invitation', 'role', 'recovery')),
    role            TEXT            CHECK (role IN ('caseworker', 'coordinator', 'auditor', 'administrator', 'reader')),
    asked_by        TEXT   NOT NULL REFERENCES users (id),
    asked_as        TEXT   NOT NULL CHECK (asked_as IN ('caseworker', 'coordinator', 'auditor', 'administrator', 'reader')),
    asked_at        BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    decision        TEXT            CHECK (decision IN ('approved', 'refused', 'withdrawn', 'lapsed')),
    decided_by      TEXT            REFERENCES users (id),
    decided_at      BIGINT,
    code_hash       TEXT,
    code_expires_at BIGINT,
    activated_at    BIGINT,
    CHECK ((role IS NULL) = (kind = 'recovery')),
    CHECK ((decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (decided_by IS NULL)),
    CHECK (decision <> 'approved' OR decided_by <> asked_by),
    CHECK (asked_by <> user_id AND decided_by <> user_id),
    CHECK ((code_hash IS NULL) = (code_expires_at IS NULL))
);
CREATE UNIQUE INDEX account_grants_open ON account_grants (user_id) WHERE decision IS NULL;
CREATE UNIQUE INDEX account_grants_by_code ON account_grants (code_hash) WHERE code_hash IS NOT NULL;
CREATE INDEX account_grants_by_user ON account_grants (user_id, asked_at, id);
CREATE INDEX account_grants_by_moment ON account_grants (asked_at, id);
