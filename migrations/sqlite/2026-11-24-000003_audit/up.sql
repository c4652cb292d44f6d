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
    body        BLOB   NOT NULL,
    leaf        BLOB   NOT NULL CHECK (length(leaf) = 32)
);
CREATE INDEX audit_events_by_case ON audit_events (case_id, position) WHERE case_id IS NOT NULL;
CREATE INDEX audit_events_by_actor ON audit_events (actor_id, position) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_events_by_subject ON audit_events (subject, position) WHERE subject IS NOT NULL;
CREATE INDEX audit_events_by_action ON audit_events (action, position) WHERE position IS NOT NULL;
-- Of what was done a page ends soon without an index; what was not done is rare, and costs no other entry anything.
CREATE INDEX audit_events_not_done ON audit_events (outcome, position) WHERE outcome <> 'done';

CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

-- REPLACE deletes what it meets, and asks no trigger unless the connection says so.
CREATE TRIGGER audit_events_no_replace BEFORE INSERT ON audit_events
WHEN EXISTS (SELECT 1 FROM audit_events WHERE id = NEW.id OR position = NEW.position)
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
