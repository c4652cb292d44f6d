//! Which tables of the schema are asked together, and by which column one leads to another.

#[allow(clippy::wildcard_imports, reason = "every table there is; in tests the lint says nothing")]
use super::schema::*;

diesel::allow_tables_to_appear_in_same_query!(
    api_keys,
    account_grants,
    case_readings,
    reading_allowances,
    settings,
    keyring,
    key_splits,
    key_split_shares,
    hubs,
    users,
    hub_members,
    sessions,
    refresh_tokens,
    second_factors,
    mail_addresses,
    recovery_codes,
    idempotency_keys,
    audit_events,
    audit_checkpoints,
    audit_cosignatures,
    shelters,
    cases,
    case_keys,
    case_periods,
    case_team,
    sealed_records,
    stays,
    journeys,
    legs,
    asylum_applications,
    resettlements,
    canary_cases,
    case_merges,
    case_merge_rows,
    case_merge_places,
    erasures,
    legal_holds,
    emergency_accesses,
    notices,
    search_texts,
    duplicate_candidates
);

diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(api_keys -> sessions (session_id));
diesel::joinable!(refresh_tokens -> sessions (session_id));
diesel::joinable!(second_factors -> users (user_id));
diesel::joinable!(mail_addresses -> users (user_id));
diesel::joinable!(hub_members -> hubs (hub_id));
diesel::joinable!(hub_members -> users (user_id));
diesel::joinable!(stays -> shelters (shelter_id));
