//! A good request for each operation: the body, and what it is answered where it is allowed.
//!
//! A GET needs none; it is answered 200. Anything else without a line here fails the walk by name.

use serde_json::{Value, json};
use waystation::access::{FieldGroup, HubId, UserId};
use waystation::db::types::CodeList as _;

/// What bodies are made of.
pub struct Names {
    /// The hub of the person who asks.
    pub hub: HubId,
    /// An open shelter of that hub, with free beds.
    pub shelter: String,
    /// Who may keep a leg: the person who asks, who is on the team where they are allowed to.
    pub keeper: UserId,
    /// A word that no other request uses.
    pub word: String,
}

/// A good request.
pub struct Sample {
    /// Its body.
    pub body: Option<Value>,
    /// The version that `If-Match` names, where the operation asks for one.
    pub version: i64,
    /// The status where it is allowed.
    pub status: u16,
    /// Another one, where that depends on who asks.
    pub or: Option<u16>,
}

impl Sample {
    /// A GET.
    pub fn get() -> Self {
        Self::bare(200)
    }

    fn new(status: u16, body: Value) -> Self {
        Self { body: Some(body), version: 1, status, or: None }
    }

    fn bare(status: u16) -> Self {
        Self { body: None, version: 1, status, or: None }
    }

    fn or(self, status: u16) -> Self {
        Self { or: Some(status), ..self }
    }

    fn version(self, version: i64) -> Self {
        Self { version, ..self }
    }
}

/// The sample of an operation.
pub fn sample(operation: &str, names: &Names) -> Option<Sample> {
    let leg = json!({"from_country": "CHN", "to_country": "THA", "keeper_id": names.keeper, "planned_on": "2026-03-05"});
    Some(match generic(operation).as_str() {
        "make_api_key" => Sample::new(
            201,
            json!({
                "current_password": super::scene::PASSWORD, "name": "reports", "permissions": ["code_list.read"], "days": 90
            }),
        ),
        "end_session" | "end_own_session" | "end_api_key" | "end_user_sessions" | "see_notice" => {
            Sample::bare(204)
        }
        // Nobody hands their own places over to themselves.
        "hand_over_cases" => Sample::new(200, json!({"to": names.keeper})).or(422),
        "change_password" => Sample::new(
            204,
            json!({"current_password": super::scene::PASSWORD, "new_password": "four quiet herons at dusk"}),
        ),
        // Nobody allows themselves more.
        "allow_more_reading" => Sample::new(200, json!({"more": 5, "minutes": 60})).or(409),
        "take_allowance_back" => Sample::bare(204).or(409),
        "set_duress_password" => Sample::new(
            204,
            json!({"current_password": super::scene::PASSWORD, "duress_password": "seven loud geese at dawn"}),
        ),
        "put_mail_address" => Sample::new(
            409,
            json!({"current_password": super::scene::PASSWORD, "address": "somebody@example.org"}),
        ),
        "remove_mail_address" => Sample::bare(204),
        "begin_away" => Sample::new(200, json!({"until": "2026-03-09T09:00:00Z"})),
        "begin_second_factor" => Sample::new(201, json!({"current_password": super::scene::PASSWORD})),
        // Nobody has begun, or holds the device.
        "confirm_second_factor" => Sample::new(409, json!({"code": "000000"})),
        "give_second_factor" => Sample::new(422, json!({"code": "x"})),
        // Some have one, some have none, and some must not be without: see `second_factor.rs`.
        "renew_recovery_codes" => Sample::bare(201).or(409),
        "remove_second_factor" => Sample::bare(204).or(409),
        "seal_server" => Sample::new(204, json!({})),
        "create_user" => Sample::new(
            201,
            json!({
                "username": names.word, "role": "caseworker", "hubs": [names.hub]
            }),
        ),
        "update_user" => Sample::new(200, json!({"status": "suspended"})),
        // One thing at a time is asked for of a user, and nothing of oneself.
        "ask_for_role" => Sample::new(201, json!({"role": "coordinator"})).or(409),
        "ask_for_recovery" => Sample::bare(201).or(409),
        "decide_grant" => Sample::new(200, json!({"approve": true})),
        "add_hub_member" | "remove_hub_member" | "remove_team_place" | "put_canary" | "remove_canary"
        | "end_away" | "lift_duress" => Sample::bare(204),
        "create_hub" => Sample::new(201, json!({"name": names.word, "country": "CHN"})),
        "update_hub" => Sample::new(200, json!({"country": "THA"})),
        "create_shelter" => Sample::new(201, json!({"hub_id": names.hub, "codename": names.word, "beds": 4})),
        "update_shelter" => Sample::new(200, json!({"beds": 9})),
        "create_case" => Sample::new(
            201,
            json!({
                "hub_id": names.hub, "sex": "female", "age_band": "18-59", "origin_country": "PRK",
                "risk": "high", "opened_on": "2026-03-01"
            }),
        ),
        "update_case" => Sample::new(200, json!({"risk": "low"})),
        "restrict_case" => Sample::new(200, json!({"restricted": true})),
        // The guards of the next stage are not met.
        "move_case" => {
            Sample::new(409, json!({"to": "asylum", "reason": "application_lodged", "on": "2026-03-02"}))
        }
        "set_case_status" => {
            Sample::new(200, json!({"to": "missing", "reason": "lost_contact", "on": "2026-03-02"}))
        }
        "close_case" => {
            Sample::new(200, json!({"outcome": "moved_on", "on": "2026-03-02", "note": "Alone."}))
        }
        // The case is open.
        "reopen_case" => Sample::new(409, json!({"reason": "came_back", "on": "2026-03-02"})),
        "correct_case_history" => {
            Sample::new(200, json!({"from_on": "2026-02-20", "note": "By her sister."}))
        }
        // No such case: those that may be merged are in `merges/`.
        "merge_cases" => Sample::new(
            422,
            json!({"duplicate": "0123456789abcdefghjkmnpqrs", "duplicate_version": 1, "reason": "opened_twice"}),
        ),
        "undo_merge" => Sample::new(200, json!({"reason": "two_persons"})).version(2),
        "search_cases" => Sample::new(200, json!({"name": "Kim Myong-chol"})),
        "make_own_copy" => Sample::new(200, json!({})),
        "decide_not_same" => Sample::new(200, json!({})),
        "put_team_place" => Sample::new(200, json!({"field_groups": ["identity"]})),
        "put_record" => Sample::new(200, json!({})),
        "patch_record" => Sample::new(200, json!({})).version(0),
        "create_stay" => Sample::new(201, json!({"shelter_id": names.shelter, "arrived_on": "2026-03-02"})),
        "end_stay" => Sample::new(200, json!({"left_on": "2026-03-02", "leaving": "moved_on"})),
        "create_journey" => Sample::new(201, json!({"destination_country": "THA", "legs": [leg]})),
        "approve_journey" => Sample::new(200, json!({})),
        "set_journey_state" => Sample::new(200, json!({"to": "abandoned"})),
        "create_leg" => Sample::new(
            201,
            json!({"from_country": "THA", "to_country": "KOR", "keeper_id": names.keeper, "planned_on": "2026-03-06"}),
        ),
        // The journey is not approved.
        "set_leg_state" => Sample::new(409, json!({"to": "underway", "on": "2026-03-02"})),
        "create_application" => Sample::new(
            201,
            json!({"country": "THA", "authority": "unhcr", "level": "FI", "applied_on": "2026-03-01"}),
        ),
        "set_application_state" => Sample::new(200, json!({"to": "interview_scheduled", "on": "2026-03-02"})),
        "create_resettlement" => Sample::new(
            201,
            json!({
                "country": "USA", "primary_category": "women_girls_at_risk", "priority": "urgent",
                "on": "2026-03-01"
            }),
        ),
        "set_resettlement_state" => Sample::new(200, json!({"to": "submitted", "on": "2026-03-02"})),
        // The case is open.
        "create_erasure" => Sample::new(409, json!({"reason": "person_asked"})),
        "decide_erasure" => Sample::new(200, json!({"decision": "refuse"})),
        "withdraw_erasure" | "lift_hold" => Sample::bare(200),
        "create_hold" => Sample::new(201, json!({"reason": "investigation"})),
        // They have one that lasts.
        "open_in_emergency" => Sample::new(
            409,
            json!({"reason": "raid", "explanation": "Police at the shelter.", "minutes": 30}),
        ),
        "end_emergency_access" => Sample::bare(200),
        "review_emergency_access" => Sample::new(200, json!({"finding": "justified"})),
        // The network has no policy of witnesses.
        "add_cosignatures" => {
            Sample::new(409, json!({"size": 1, "lines": ["\u{2014} witness.example/heron AAAAAAA=\n"]}))
        }
        _ => return None,
    })
}

/// Operations on the seven records differ in the record's name alone.
fn generic(operation: &str) -> String {
    FieldGroup::all()
        .iter()
        .find_map(|group| {
            let verb = operation.strip_suffix(&format!("_{}", group.code()))?;
            ["put", "patch"].contains(&verb).then(|| format!("{verb}_record"))
        })
        .unwrap_or_else(|| operation.to_owned())
}
