-- A key for a program: a part of its owner's permissions, for a while. It is stored as its hash, and lives in a session of its
-- own, so that it ends with every session of its owner.
CREATE TABLE api_keys (
    id           TEXT   NOT NULL PRIMARY KEY,
    user_id      TEXT   NOT NULL REFERENCES users (id),
    session_id   TEXT   NOT NULL UNIQUE REFERENCES sessions (id),
    name         TEXT   NOT NULL,
    token_hash   TEXT   NOT NULL UNIQUE,
    permissions  TEXT   NOT NULL,
    addresses    TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX api_keys_by_user ON api_keys (user_id, created_at, id);
