//! Every table with its columns. A new table is a line here or in [`LEFT_OUT`]; a test compares the list with the
//! databases, the compiler compares the columns.

use diesel::prelude::*;

use super::bytes::Bytes;
use super::format::Part;
use super::table::{LIMIT, Table, Visitor, tables};
use crate::db::conn::AnyConnection;
use crate::db::types::Day;
use crate::error::Result;

/// Tables that are in no backup.
pub(super) const LEFT_OUT: &[(&str, &str)] = &[
    ("sessions", "who was logged in then is not let in now"),
    ("refresh_tokens", "they belong to sessions"),
    ("api_keys", "they belong to sessions"),
    ("idempotency_keys", "an answer is kept for a day, for who is logged in"),
    ("case_readings", "what was opened counts for a day"),
    ("reading_allowances", "what is allowed beside a reading budget is for a day"),
    (
        "search_texts",
        "what was looked for may name somebody who is erased since, and no key of theirs closes it",
    ),
    ("audit_subtrees", "made anew from the entries, so that nobody's word is taken for it"),
];

tables! {
    data settings by (name) {
        name: String, value: String,
    }
    keys keyring by (purpose, version) {
        purpose: String, version: i32, wrapped: Bytes, handover: Option<Bytes>, created_at: i64,
        active_from: i64, retired_at: Option<i64>,
    }
    data hubs by (id) {
        id: String, name: String, country: String, state: String, version: i64, created_at: i64,
        updated_at: i64,
    }
    data users by (id) {
        id: String, username: String, role: String, status: String, password_hash: String,
        governed_as: Option<String>, away_until: Option<i64>, duress_hash: Option<String>,
        duress_since: Option<i64>, decoy_hash: Option<String>, decoy_since: Option<i64>,
        no_password_since: Option<i64>, version: i64, created_at: i64, updated_at: i64,
    }
    data account_grants by (id) {
        id: String, user_id: String, kind: String, role: Option<String>, asked_by: String, asked_as: String,
        asked_at: i64, expires_at: i64, decision: Option<String>, decided_by: Option<String>,
        decided_at: Option<i64>, code_hash: Option<String>, code_expires_at: Option<i64>,
        activated_at: Option<i64>,
    }
    data second_factors by (user_id) {
        user_id: String, secret: Option<Bytes>, enrolled_at: Option<i64>, pending: Option<Bytes>,
        pending_since: Option<i64>, last_step: i64,
    }
    data mail_addresses by (user_id) {
        user_id: String, sealed: Bytes, set_at: i64, told_to: i64, not_before: i64, mailed_at: Option<i64>,
    }
    data recovery_codes by (code_hash) {
        code_hash: String, user_id: String, made_at: i64, used_at: Option<i64>,
    }
    data key_splits by (id) {
        id: String, number: i32, threshold: i32, shares: i32, created_by: String, created_at: i64,
    }
    data key_split_shares by (split_id, share_index) {
        split_id: String, share_index: i32, fingerprint: Bytes,
    }
    data hub_members by (hub_id, user_id) {
        hub_id: String, user_id: String, created_at: i64,
    }
    data shelters by (id) {
        id: String, hub_id: String, codename: String, beds: i32, state: String, version: i64,
        created_at: i64, updated_at: i64,
    }
    data cases by (id) {
        id: String, code: String, hub_id: String, stage: String, status: String, risk: String,
        sex: String, age_band: String, origin_country: String, destination_country: Option<String>,
        restricted: bool, outcome: Option<String>, merged_into: Option<String>, opened_on: Day,
        since: Day, created_by: String, created_at: i64, updated_at: i64, version: i64,
    }
    keys case_keys by (case_id) {
        case_id: String, wrapped: Bytes, key_version: i32, created_at: i64,
    }
    data case_periods by (id) {
        id: String, case_id: String, hub_id: String, stage: String, status: String, outcome: Option<String>,
        reason: String, from_on: Day, until_on: Option<Day>, sequence: i64, note: Option<Bytes>,
        recorded_at: i64, recorded_by: String, superseded_at: Option<i64>,
    }
    data case_team by (case_id, user_id) {
        case_id: String, user_id: String, identity: bool, contact: bool, family: bool, protection: bool,
        health: bool, legal: bool, passage: bool, ends_at: Option<i64>, added_by: String, added_at: i64,
        changed_by: Option<String>, changed_at: i64, version: i64,
    }
    data sealed_records by (id) {
        id: String, case_id: String, field_group: String, version: i64, sealed: Bytes, recorded_at: i64,
        recorded_by: String,
    }
    data stays by (id) {
        id: String, case_id: String, shelter_id: String, arrived_on: Day, left_on: Option<Day>,
        leaving: Option<String>, created_at: i64, updated_at: i64, version: i64,
    }
    data journeys by (id) {
        id: String, case_id: String, state: String, destination_country: String, approved_by: Option<String>,
        approved_at: Option<i64>, created_by: String, created_at: i64, updated_at: i64, version: i64,
    }
    data legs by (id) {
        id: String, case_id: String, journey_id: String, place: i32, from_country: String,
        to_country: String, keeper_id: String, planned_on: Day, started_on: Option<Day>,
        ended_on: Option<Day>, state: String, created_by: String, created_at: i64, updated_by: String,
        updated_at: i64, version: i64,
    }
    data asylum_applications by (id) {
        id: String, case_id: String, country: String, authority: String, level: String, state: String,
        applied_on: Day, state_on: Day, decided_on: Option<Day>, created_at: i64, updated_at: i64,
        version: i64,
    }
    data resettlements by (id) {
        id: String, case_id: String, country: String, primary_category: String,
        secondary_category: Option<String>, priority: String, state: String, state_on: Day, created_at: i64,
        updated_at: i64, version: i64,
    }
    data canary_cases by (case_id) {
        case_id: String, created_by: String, created_at: i64,
    }
    data case_merges by (id) {
        id: String, survivor_id: String, merged_id: String, reason: String, team: String,
        merged_by: String, merged_at: i64, undone_reason: Option<String>, undone_by: Option<String>,
        undone_at: Option<i64>,
    }
    data case_merge_rows by (merge_id, of_table, row_id) {
        merge_id: String, of_table: String, row_id: String,
    }
    data case_merge_places by (merge_id, user_id) {
        merge_id: String, user_id: String, place_version: i64, former: Option<String>,
    }
    data duplicate_candidates by (id) {
        id: String, lower_case: String, upper_case: String, state: String, version: i64, noted_at: i64,
        lower_by: Option<String>, upper_by: Option<String>, decided_at: Option<i64>,
    }
    data erasures by (id) {
        id: String, case_id: String, state: String, reason: String, requested_by: Option<String>,
        requested_at: i64, decided_by: Option<String>, decided_at: Option<i64>, due_at: Option<i64>,
        ended_at: Option<i64>, wiped_at: Option<i64>, certificate: Option<String>, version: i64,
    }
    data legal_holds by (id) {
        id: String, case_id: String, reason: String, placed_by: String, placed_at: i64,
        lifted_by: Option<String>, lifted_at: Option<i64>, version: i64,
    }
    data emergency_accesses by (id) {
        id: String, case_id: String, hub_id: String, user_id: String, reason: String,
        explanation: Option<Bytes>, began_at: i64, ends_at: i64, ended_by: Option<String>,
        finding: Option<String>, reviewed_by: Option<String>, reviewed_at: Option<i64>,
        reminded_at: Option<i64>, version: i64,
    }
    data notices by (id) {
        id: String, user_id: String, kind: String, subject: String, told_at: i64, seen_at: Option<i64>,
    }
    data audit_events by log {
        id: String, position: Option<i64>, recorded_at: i64, actor_id: Option<String>, action: String,
        outcome: String, case_id: Option<String>, subject: Option<String>, body: Bytes, leaf: Bytes,
    }
    data audit_checkpoints by (tree_size) {
        tree_size: i64, root: Bytes, key_version: i32, note: String, signed_at: i64,
    }
    data audit_cosignatures by (tree_size, witness) {
        tree_size: i64, witness: String, line: String, cosigned_at: i64, received_at: i64,
    }
}

/// The log by positions, then what waits for its position.
fn log_page(conn: &mut AnyConnection, after: Option<&audit_events::Row>) -> Result<Vec<audit_events::Row>> {
    use crate::db::schema::audit_events::dsl;
    let (last, waiting) = match after {
        None => (-1, None),
        Some(row) => match row.position {
            Some(last) => (last, None),
            None => (i64::MAX, Some((row.recorded_at, row.id.as_str()))),
        },
    };
    let numbered: Vec<audit_events::Row> =
        dsl::audit_events.filter(dsl::position.gt(last)).order(dsl::position).limit(LIMIT).load(conn)?;
    if !numbered.is_empty() {
        return Ok(numbered);
    }
    let (at, last) = waiting.unwrap_or((i64::MIN, ""));
    let rows = dsl::audit_events.filter(dsl::position.is_null()).filter(dsl::recorded_at.ge(at));
    let behind = BoolExpressionMethods::or(dsl::recorded_at.gt(at), dsl::id.gt(last));
    Ok(rows.filter(behind).order((dsl::recorded_at, dsl::id)).limit(LIMIT).load(conn)?)
}
