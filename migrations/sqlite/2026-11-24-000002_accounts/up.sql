-- Usernames are pseudonyms: the database holds no name of a helper.
CREATE TABLE hubs (
    id         TEXT   NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL UNIQUE,
    country    TEXT   NOT NULL CHECK (length(country) = 3),
    state      TEXT   NOT NULL CHECK (state IN ('open', 'closed')),
    version    BIGINT NOT NULL CHECK (version >= 1),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE users (
    id            TEXT   NOT NULL PRIMARY KEY,
    username      TEXT   NOT NULL UNIQUE,
    role          TEXT   NOT NULL CHECK (role IN ('caseworker', 'coordinator', 'auditor', 'administrator', 'reader')),
    status        TEXT   NOT NULL CHECK (status IN ('invited', 'active', 'suspended')),
    password_hash TEXT   NOT NULL,
    governed_as   TEXT            CHECK (governed_as IN ('caseworker', 'coordinator', 'auditor', 'administrator', 'reader')),
    away_until    BIGINT,
    duress_hash   TEXT,
    duress_since  BIGINT,
    decoy_hash    TEXT,
    decoy_since   BIGINT,
    no_password_since BIGINT,
    version       BIGINT NOT NULL CHECK (version >= 1),
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);

CREATE TABLE hub_members (
    hub_id     TEXT   NOT NULL REFERENCES hubs (id),
    user_id    TEXT   NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (hub_id, user_id)
);
CREATE INDEX hub_members_by_user ON hub_members (user_id, hub_id);

CREATE TABLE sessions (
    id           TEXT   NOT NULL PRIMARY KEY,
    user_id      TEXT   NOT NULL REFERENCES users (id),
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    factor_at    BIGINT,
    ended_at     BIGINT,
    ended_reason TEXT CHECK (ended_reason IN ('logout', 'reuse', 'password_changed', 'suspended', 'withdrawn', 'administrator', 'factor_enrolled', 'factor_reset', 'recovered', 'elsewhere')),
    CHECK ((ended_at IS NULL) = (ended_reason IS NULL))
);
CREATE INDEX sessions_by_user ON sessions (user_id, created_at, id);

-- A refresh token is stored as its hash; its successor is derived from it, never stored.
CREATE TABLE refresh_tokens (
    token_hash TEXT   NOT NULL PRIMARY KEY,
    session_id TEXT   NOT NULL REFERENCES sessions (id),
    issued_at  BIGINT NOT NULL,
    used_at    BIGINT
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

-- A second factor (RFC 6238): its secret is sealed under the pepper of a version, for its user alone. What is pending
-- counts for nothing until a code of it was given. A step is used once.
CREATE TABLE second_factors (
    user_id       TEXT    NOT NULL PRIMARY KEY REFERENCES users (id),
    secret        BLOB,
    enrolled_at   BIGINT,
    pending       BLOB,
    pending_since BIGINT,
    last_step     BIGINT  NOT NULL,
    CHECK ((secret IS NULL) = (enrolled_at IS NULL)),
    CHECK ((pending IS NULL) = (pending_since IS NULL))
);

-- A recovery code is random, stored as its hash, and good once in place of a code of the second factor.
CREATE TABLE recovery_codes (
    code_hash TEXT   NOT NULL PRIMARY KEY,
    user_id   TEXT   NOT NULL REFERENCES users (id),
    made_at   BIGINT NOT NULL,
    used_at   BIGINT
);
CREATE INDEX recovery_codes_by_user ON recovery_codes (user_id);
