-- The Merkle tree over the log (RFC 6962) in full tiles of 256 hashes: `hash` is the root of 256^level entries from
-- number * 256^level. Leaves stand in audit_events; what lies between tiles is hashed when it is asked for.
CREATE TABLE audit_subtrees (
    level  INTEGER NOT NULL CHECK (level BETWEEN 1 AND 7),
    number BIGINT  NOT NULL CHECK (number >= 0),
    hash   BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, number)
) WITHOUT ROWID;

-- Checkpoints that were signed: C2SP tlog-checkpoint, as they were handed out.
CREATE TABLE audit_checkpoints (
    tree_size   BIGINT  NOT NULL PRIMARY KEY CHECK (tree_size >= 0),
    root        BLOB    NOT NULL CHECK (length(root) = 32),
    key_version INTEGER NOT NULL CHECK (key_version >= 1),
    note        TEXT    NOT NULL,
    signed_at   BIGINT  NOT NULL
);

-- Signatures of witnesses below them: C2SP tlog-cosignature, one a line.
CREATE TABLE audit_cosignatures (
    tree_size   BIGINT NOT NULL REFERENCES audit_checkpoints (tree_size),
    witness     TEXT   NOT NULL,
    line        TEXT   NOT NULL,
    cosigned_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (tree_size, witness)
) WITHOUT ROWID;

CREATE TRIGGER audit_subtrees_no_update BEFORE UPDATE ON audit_subtrees
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_subtrees_no_delete BEFORE DELETE ON audit_subtrees
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_subtrees_no_replace BEFORE INSERT ON audit_subtrees
WHEN EXISTS (SELECT 1 FROM audit_subtrees WHERE level = NEW.level AND number = NEW.number)
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_checkpoints_no_update BEFORE UPDATE ON audit_checkpoints
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_checkpoints_no_delete BEFORE DELETE ON audit_checkpoints
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_checkpoints_no_replace BEFORE INSERT ON audit_checkpoints
WHEN EXISTS (SELECT 1 FROM audit_checkpoints WHERE tree_size = NEW.tree_size)
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
