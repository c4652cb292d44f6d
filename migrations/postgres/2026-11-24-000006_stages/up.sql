CREATE TABLE stays (
    id         TEXT   NOT NULL PRIMARY KEY,
    case_id    TEXT   NOT NULL REFERENCES cases (id),
    shelter_id TEXT   NOT NULL REFERENCES shelters (id),
    arrived_on DATE   NOT NULL,
    left_on    DATE,
    leaving    TEXT CHECK (leaving IN ('moved_on', 'moved_shelter', 'arrested', 'evacuated', 'left_by_choice', 'died', 'recorded_in_error')),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL CHECK (version >= 1),
    CHECK (left_on IS NULL OR left_on >= arrived_on),
    CHECK ((left_on IS NULL) = (leaving IS NULL))
);
CREATE INDEX stays_by_case ON stays (case_id, arrived_on, id);
CREATE INDEX stays_open_by_shelter ON stays (shelter_id) WHERE left_on IS NULL;
CREATE UNIQUE INDEX stays_one_open ON stays (case_id) WHERE left_on IS NULL;

CREATE TABLE journeys (
    id                  TEXT   NOT NULL PRIMARY KEY,
    case_id             TEXT   NOT NULL REFERENCES cases (id),
    state               TEXT   NOT NULL CHECK (state IN ('planned', 'approved', 'underway', 'completed', 'abandoned')),
    destination_country TEXT   NOT NULL CHECK (length(destination_country) = 3),
    approved_by         TEXT REFERENCES users (id),
    approved_at         BIGINT,
    created_by          TEXT   NOT NULL REFERENCES users (id),
    created_at          BIGINT NOT NULL,
    updated_at          BIGINT NOT NULL,
    version             BIGINT NOT NULL CHECK (version >= 1),
    CHECK ((approved_by IS NULL) = (approved_at IS NULL))
);
CREATE INDEX journeys_by_case ON journeys (case_id, created_at, id);
CREATE UNIQUE INDEX journeys_one_open ON journeys (case_id) WHERE state IN ('planned', 'approved', 'underway');

CREATE TABLE legs (
    id           TEXT    NOT NULL PRIMARY KEY,
    case_id      TEXT    NOT NULL REFERENCES cases (id),
    journey_id   TEXT    NOT NULL REFERENCES journeys (id),
    place        INTEGER NOT NULL CHECK (place >= 1),
    from_country TEXT    NOT NULL CHECK (length(from_country) = 3),
    to_country   TEXT    NOT NULL CHECK (length(to_country) = 3),
    keeper_id    TEXT    NOT NULL REFERENCES users (id),
    planned_on   DATE    NOT NULL,
    started_on   DATE,
    ended_on     DATE,
    state        TEXT    NOT NULL CHECK (state IN ('planned', 'underway', 'arrived', 'turned_back', 'intercepted', 'lost_contact', 'cancelled')),
    created_by   TEXT    NOT NULL REFERENCES users (id),
    created_at   BIGINT  NOT NULL,
    updated_by   TEXT    NOT NULL REFERENCES users (id),
    updated_at   BIGINT  NOT NULL,
    version      BIGINT  NOT NULL CHECK (version >= 1),
    UNIQUE (journey_id, place),
    CHECK (ended_on IS NULL OR started_on IS NULL OR ended_on >= started_on)
);
CREATE INDEX legs_by_case ON legs (case_id);

CREATE TABLE asylum_applications (
    id         TEXT   NOT NULL PRIMARY KEY,
    case_id    TEXT   NOT NULL REFERENCES cases (id),
    country    TEXT   NOT NULL CHECK (length(country) = 3),
    authority  TEXT   NOT NULL CHECK (authority IN ('state', 'unhcr', 'embassy', 'joint')),
    level      TEXT   NOT NULL CHECK (level IN ('NA', 'FI', 'AR', 'RA', 'JR')),
    state      TEXT   NOT NULL CHECK (state IN ('registered', 'interview_scheduled', 'interviewed', 'decision_pending', 'recognized', 'other_protection', 'rejected', 'closed', 'appeal_pending')),
    applied_on DATE   NOT NULL,
    state_on   DATE   NOT NULL,
    decided_on DATE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL CHECK (version >= 1),
    CHECK ((decided_on IS NOT NULL) = (state IN ('recognized', 'other_protection', 'rejected', 'closed')))
);
CREATE INDEX asylum_applications_by_case ON asylum_applications (case_id, applied_on, id);

CREATE TABLE resettlements (
    id                 TEXT   NOT NULL PRIMARY KEY,
    case_id            TEXT   NOT NULL REFERENCES cases (id),
    country            TEXT   NOT NULL CHECK (length(country) = 3),
    primary_category   TEXT   NOT NULL CHECK (primary_category IN ('legal_physical_protection', 'survivor_violence_torture', 'medical_needs', 'women_girls_at_risk', 'family_reunification', 'children_adolescents_at_risk', 'lack_of_durable_solutions')),
    secondary_category TEXT CHECK (secondary_category IN ('legal_physical_protection', 'survivor_violence_torture', 'medical_needs', 'women_girls_at_risk', 'family_reunification', 'children_adolescents_at_risk', 'lack_of_durable_solutions')),
    priority           TEXT   NOT NULL CHECK (priority IN ('emergency', 'urgent', 'normal')),
    state              TEXT   NOT NULL CHECK (state IN ('prepared', 'submitted', 'accepted_by_country', 'rejected_by_country', 'departure_scheduled', 'departed', 'arrived', 'withdrawn')),
    state_on           DATE   NOT NULL,
    created_at         BIGINT NOT NULL,
    updated_at         BIGINT NOT NULL,
    version            BIGINT NOT NULL CHECK (version >= 1),
    CHECK (secondary_category IS NULL OR secondary_category <> primary_category)
);
CREATE INDEX resettlements_by_case ON resettlements (case_id, created_at, id);
