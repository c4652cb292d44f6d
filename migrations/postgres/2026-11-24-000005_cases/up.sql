-- A case is one person. This row holds only what cannot identify: everything else is sealed.
CREATE TABLE cases (
    id                  TEXT    NOT NULL PRIMARY KEY,
    code                TEXT    NOT NULL UNIQUE,
    hub_id              TEXT    NOT NULL REFERENCES hubs (id),
    stage               TEXT    NOT NULL CHECK (stage IN ('shelter', 'transit', 'asylum', 'resettlement')),
    status              TEXT    NOT NULL CHECK (status IN ('active', 'detained', 'missing', 'closed')),
    risk                TEXT    NOT NULL CHECK (risk IN ('low', 'medium', 'high', 'critical')),
    sex                 TEXT    NOT NULL CHECK (sex IN ('female', 'male', 'other', 'unknown')),
    age_band            TEXT    NOT NULL CHECK (age_band IN ('0-4', '5-11', '12-17', '18-59', '60+', 'unknown')),
    origin_country      TEXT    NOT NULL CHECK (length(origin_country) = 3),
    destination_country TEXT             CHECK (length(destination_country) = 3),
    restricted          BOOLEAN NOT NULL,
    outcome             TEXT CHECK (outcome IN ('settled', 'moved_on', 'voluntary_return', 'refouled', 'deceased', 'lost_contact', 'transferred_out', 'withdrew', 'duplicate')),
    merged_into         TEXT             REFERENCES cases (id),
    opened_on           DATE    NOT NULL,
    since               DATE    NOT NULL,
    created_by          TEXT    NOT NULL REFERENCES users (id),
    created_at          BIGINT  NOT NULL,
    updated_at          BIGINT  NOT NULL,
    version             BIGINT  NOT NULL CHECK (version >= 1),
    CHECK ((status = 'closed') = (outcome IS NOT NULL)),
    CHECK (merged_into IS NULL OR outcome = 'duplicate')
);
CREATE INDEX cases_by_update ON cases (updated_at, id);
CREATE INDEX cases_by_hub ON cases (hub_id, updated_at, id);
CREATE INDEX cases_by_hub_opened ON cases (hub_id, opened_on, id);
-- One person is counted once: a case that was merged into another is not.
CREATE INDEX cases_for_report ON cases (hub_id, stage, status, destination_country, sex, age_band, restricted, merged_into);
CREATE INDEX cases_restricted ON cases (id) WHERE restricted;
-- The rules of retention ask for those that ended so, the longest ago first.
CREATE INDEX cases_by_outcome ON cases (outcome, since, id) WHERE outcome IS NOT NULL;

-- The case's own key, wrapped; erasing a case is deleting this row.
CREATE TABLE case_keys (
    case_id     TEXT    NOT NULL PRIMARY KEY REFERENCES cases (id),
    wrapped     BYTEA   NOT NULL,
    key_version INTEGER NOT NULL,
    created_at  BIGINT  NOT NULL
);
CREATE INDEX case_keys_by_version ON case_keys (key_version, case_id);

-- What a case was, from which day until which. A correction supersedes a row, and never rewrites it.
CREATE TABLE case_periods (
    id            TEXT   NOT NULL PRIMARY KEY,
    case_id       TEXT   NOT NULL REFERENCES cases (id),
    hub_id        TEXT   NOT NULL REFERENCES hubs (id),
    stage         TEXT   NOT NULL CHECK (stage IN ('shelter', 'transit', 'asylum', 'resettlement')),
    status        TEXT   NOT NULL CHECK (status IN ('active', 'detained', 'missing', 'closed')),
    outcome       TEXT CHECK (outcome IN ('settled', 'moved_on', 'voluntary_return', 'refouled', 'deceased', 'lost_contact', 'transferred_out', 'withdrew', 'duplicate')),
    reason        TEXT   NOT NULL,
    from_on       DATE   NOT NULL,
    until_on      DATE,
    sequence      BIGINT NOT NULL,
    note          BYTEA,
    recorded_at   BIGINT NOT NULL,
    recorded_by   TEXT   NOT NULL REFERENCES users (id),
    superseded_at BIGINT,
    CHECK (until_on IS NULL OR until_on >= from_on),
    CHECK ((status = 'closed') = (outcome IS NOT NULL))
);
CREATE INDEX case_periods_by_case ON case_periods (case_id, sequence, recorded_at, id);
CREATE INDEX case_periods_by_day ON case_periods (hub_id, from_on, until_on) WHERE superseded_at IS NULL;
CREATE UNIQUE INDEX case_periods_one_open ON case_periods (case_id) WHERE until_on IS NULL AND superseded_at IS NULL;

-- A place on a case's team: which field groups it opens, and until when. Nobody of the network changed it last
-- where the operator at the machine did.
CREATE TABLE case_team (
    case_id    TEXT    NOT NULL REFERENCES cases (id),
    user_id    TEXT    NOT NULL REFERENCES users (id),
    identity   BOOLEAN NOT NULL,
    contact    BOOLEAN NOT NULL,
    family     BOOLEAN NOT NULL,
    protection BOOLEAN NOT NULL,
    health     BOOLEAN NOT NULL,
    legal      BOOLEAN NOT NULL,
    passage    BOOLEAN NOT NULL,
    ends_at    BIGINT,
    added_by   TEXT    NOT NULL REFERENCES users (id),
    added_at   BIGINT  NOT NULL,
    changed_by TEXT             REFERENCES users (id),
    changed_at BIGINT  NOT NULL,
    version    BIGINT  NOT NULL CHECK (version >= 1),
    PRIMARY KEY (case_id, user_id)
);
CREATE INDEX case_team_by_user ON case_team (user_id, case_id, ends_at);

-- Every version of every sealed record is kept; the newest has the highest version.
CREATE TABLE sealed_records (
    id          TEXT   NOT NULL PRIMARY KEY,
    case_id     TEXT   NOT NULL REFERENCES cases (id),
    field_group TEXT   NOT NULL CHECK (field_group IN ('identity', 'contact', 'family', 'protection', 'health', 'legal', 'passage')),
    version     BIGINT NOT NULL CHECK (version >= 1),
    sealed      BYTEA  NOT NULL,
    recorded_at BIGINT NOT NULL,
    recorded_by TEXT   NOT NULL REFERENCES users (id),
    UNIQUE (case_id, field_group, version)
);

-- The answers to requests that may come again, each with the case it tells of, if it tells of one.
CREATE TABLE idempotency_keys (
    actor_id    TEXT   NOT NULL REFERENCES users (id),
    key         TEXT   NOT NULL,
    fingerprint BYTEA  NOT NULL,
    answer      BYTEA  NOT NULL,
    case_id     TEXT            REFERENCES cases (id),
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (actor_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
-- Erasure forgets what was answered about a person.
CREATE INDEX idempotency_keys_by_case ON idempotency_keys (case_id) WHERE case_id IS NOT NULL;
