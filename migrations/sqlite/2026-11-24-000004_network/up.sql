CREATE TABLE shelters (
    id         TEXT    NOT NULL PRIMARY KEY,
    hub_id     TEXT    NOT NULL REFERENCES hubs (id),
    codename   TEXT    NOT NULL,
    beds       INTEGER NOT NULL CHECK (beds BETWEEN 1 AND 500),
    state      TEXT    NOT NULL CHECK (state IN ('open', 'paused', 'compromised', 'closed')),
    version    BIGINT  NOT NULL CHECK (version >= 1),
    created_at BIGINT  NOT NULL,
    updated_at BIGINT  NOT NULL,
    UNIQUE (hub_id, codename)
);
