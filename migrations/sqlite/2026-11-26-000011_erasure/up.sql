-- That a person be erased: asked by one, decided by another, carried out when nobody objected. The row says that and
-- when, and nothing of the person.
CREATE TABLE erasures (
    id           TEXT   NOT NULL PRIMARY KEY,
    case_id      TEXT   NOT NULL REFERENCES cases (id),
    state        TEXT   NOT NULL CHECK (state IN ('requested', 'approved', 'refused', 'withdrawn', 'erased')),
    reason       TEXT   NOT NULL CHECK (reason IN ('person_asked', 'retention', 'opened_in_error', 'court_order', 'other_erasure_reason')),
    requested_by TEXT            REFERENCES users (id),
    requested_at BIGINT NOT NULL,
    decided_by   TEXT            REFERENCES users (id),
    decided_at   BIGINT,
    due_at       BIGINT,
    ended_at     BIGINT,
    wiped_at     BIGINT,
    certificate  TEXT,
    version      BIGINT NOT NULL CHECK (version >= 1),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CHECK (state <> 'approved' OR due_at IS NOT NULL),
    CHECK ((state IN ('refused', 'withdrawn', 'erased')) = (ended_at IS NOT NULL)),
    CHECK (certificate IS NULL OR (state = 'erased' AND wiped_at IS NOT NULL))
);
CREATE INDEX erasures_by_case ON erasures (case_id, requested_at, id);
CREATE UNIQUE INDEX erasures_one_open ON erasures (case_id) WHERE state IN ('requested', 'approved');
CREATE INDEX erasures_due ON erasures (state, due_at);
CREATE INDEX erasures_by_state ON erasures (state, requested_at, id);
CREATE INDEX erasures_to_wipe ON erasures (state) WHERE wiped_at IS NULL;
CREATE INDEX erasures_to_certify ON erasures (id) WHERE state = 'erased' AND certificate IS NULL;

-- As long as it is not lifted, nothing of the case is erased.
CREATE TABLE legal_holds (
    id        TEXT   NOT NULL PRIMARY KEY,
    case_id   TEXT   NOT NULL REFERENCES cases (id),
    reason    TEXT   NOT NULL CHECK (reason IN ('court', 'investigation', 'complaint', 'other_hold_reason')),
    placed_by TEXT   NOT NULL REFERENCES users (id),
    placed_at BIGINT NOT NULL,
    lifted_by TEXT            REFERENCES users (id),
    lifted_at BIGINT,
    version   BIGINT NOT NULL CHECK (version >= 1),
    CHECK ((lifted_by IS NULL) = (lifted_at IS NULL))
);
CREATE INDEX legal_holds_by_case ON legal_holds (case_id, placed_at, id);
CREATE UNIQUE INDEX legal_holds_one_stands ON legal_holds (case_id) WHERE lifted_at IS NULL;
