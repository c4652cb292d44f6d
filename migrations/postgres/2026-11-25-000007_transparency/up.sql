-- The Merkle tree over the log (RFC 6962) in full tiles of 256 hashes: `hash` is the root of 256^level entries from
-- number * 256^level. Leaves stand in audit_events; what lies between tiles is hashed when it is asked for.
CREATE TABLE audit_subtrees (
    level  INTEGER NOT NULL CHECK (level BETWEEN 1 AND 7),
    number BIGINT  NOT NULL CHECK (number >= 0),
    hash   BYTEA    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, number)
);

-- Checkpoints that were signed: C2SP tlog-checkpoint, as they were handed out.
CREATE TABLE audit_checkpoints (
    tree_size   BIGINT  NOT NULL PRIMARY KEY CHECK (tree_size >= 0),
    root        BYTEA    NOT NULL CHECK (length(root) = 32),
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
);

CREATE FUNCTION audit_tree_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
END;
$$;

CREATE TRIGGER audit_subtrees_no_change BEFORE UPDATE OR DELETE ON audit_subtrees
    FOR EACH ROW EXECUTE FUNCTION audit_tree_append_only();
CREATE TRIGGER audit_subtrees_no_truncate BEFORE TRUNCATE ON audit_subtrees
    FOR EACH STATEMENT EXECUTE FUNCTION audit_tree_append_only();
CREATE TRIGGER audit_checkpoints_no_change BEFORE UPDATE OR DELETE ON audit_checkpoints
    FOR EACH ROW EXECUTE FUNCTION audit_tree_append_only();
CREATE TRIGGER audit_checkpoints_no_truncate BEFORE TRUNCATE ON audit_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION audit_tree_append_only();
