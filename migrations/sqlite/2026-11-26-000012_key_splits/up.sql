-- How the root key was split among people, newest last. Nothing of a share is here but its hash, by which it is known again.
CREATE TABLE key_splits (
    id         TEXT    NOT NULL PRIMARY KEY,
    number     INTEGER NOT NULL UNIQUE,
    threshold  INTEGER NOT NULL CHECK (threshold >= 2),
    shares     INTEGER NOT NULL CHECK (shares >= threshold),
    created_by TEXT    NOT NULL REFERENCES users (id),
    created_at BIGINT  NOT NULL
);
CREATE TABLE key_split_shares (
    split_id    TEXT    NOT NULL REFERENCES key_splits (id),
    share_index INTEGER NOT NULL CHECK (share_index >= 1),
    fingerprint BLOB NOT NULL,
    PRIMARY KEY (split_id, share_index)
);
