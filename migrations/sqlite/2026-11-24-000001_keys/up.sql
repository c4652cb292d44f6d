-- What the server must know before it can open anything: which database this is, and the wrapped keys.
CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- The versions of each key. One that is retired is gone: its row stays, without it.
CREATE TABLE keyring (
    purpose     TEXT    NOT NULL CHECK (purpose IN ('case_wrapping', 'token_signing', 'audit_signing', 'password_pepper', 'refresh_tokens', 'stored_answers', 'search_texts')),
    version     INTEGER NOT NULL CHECK (version >= 1),
    wrapped     BLOB    NOT NULL,
    handover    BLOB,
    created_at  BIGINT  NOT NULL,
    active_from BIGINT  NOT NULL,
    retired_at  BIGINT,
    PRIMARY KEY (purpose, version)
);
