-- Cases on which nobody works: whoever opens one has no reason to. Only auditors know which they are.
CREATE TABLE canary_cases (
    case_id    TEXT   NOT NULL PRIMARY KEY REFERENCES cases (id),
    created_by TEXT   NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL
);
