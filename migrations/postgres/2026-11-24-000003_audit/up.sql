-- Append-only. `body` holds the canonical bytes that `leaf` hashes; the other columns repeat what lists filter by.
-- `position` is NULL only between an event's commit and its sequencing (PostgreSQL).
CREATE TABLE audit_events (
    id          TEXT   NOT NULL PRIMARY KEY,
    position    BIGINT UNIQUE CHECK (position >= 0),
    recorded_at BIGINT NOT NULL,
    actor_id    TEXT,
    action      TEXT   NOT NULL,
    outcome     TEXT   NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
    case_id     TEXT,
    subject     TEXT,
    body        BYTEA  NOT NULL,
    leaf        BYTEA  NOT NULL CHECK (length(leaf) = 32)
);
CREATE INDEX audit_events_by_case ON audit_events (case_id, position) WHERE case_id IS NOT NULL;
CREATE INDEX audit_events_by_actor ON audit_events (actor_id, position) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_events_by_subject ON audit_events (subject, position) WHERE subject IS NOT NULL;
CREATE INDEX audit_events_by_action ON audit_events (action, position) WHERE position IS NOT NULL;
-- Of what was done a page ends soon without an index; what was not done is rare, and costs no other entry anything.
CREATE INDEX audit_events_not_done ON audit_events (outcome, position) WHERE outcome <> 'done';

-- The sequencer gives an event its position, once; nothing else ever changes.
CREATE INDEX audit_events_unsequenced ON audit_events (recorded_at, id) WHERE position IS NULL;

CREATE FUNCTION audit_events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.position IS NULL AND NEW.position IS NOT NULL THEN
        OLD.position := NEW.position;
        IF OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only';
END;
$$;

CREATE TRIGGER audit_events_no_change BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION audit_events_append_only();

CREATE TRIGGER audit_events_no_truncate BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION audit_events_append_only();
