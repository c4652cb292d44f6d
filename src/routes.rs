//! All routes, one line each. The same table makes the router, the OpenAPI document and the walk of the
//! security tests.

use actix_web::Handler;
use actix_web::http::Method;
use actix_web::{
    Resource,
    web::{self, ServiceConfig},
};

use crate::accounts::api::{
    activations, api_keys, away, duress, grants, keys, me, own_sessions, second_factor, sessions, users,
};
use crate::cases::records::{Contact, Family, Health, Identity, Legal, Passage, Protection};
use crate::error::{Code, Error, Result};
use crate::http::NoContent;
use crate::http::describe::{Description, Endpoint};
use crate::http::query::WithoutQuery;
use crate::network::hubs::api as hubs;
use crate::{
    asylum, audit, cases, code_lists, door, emergency, health, keys as keyring, network, notices, readings,
    reports, resettlement, retention, transit,
};

/// One route.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The address, with `{parameters}`.
    pub path: &'static str,
    /// The handler's name, which is the operation's name.
    pub operation: String,
    /// What it does.
    pub summary: &'static str,
    /// The codes that its rules may answer, beside those of what it takes and gives.
    pub refusals: &'static [Code],
    /// What its signature says.
    pub describe: fn() -> Description,
    register: fn(Resource) -> Resource,
}

/// Declares the table.
///
/// `GET "/v1/me" => accounts::api::get_me, "Read one's own account";` expands to a [`Route`] whose
/// handler is registered under that method and address and described by its own signature. The codes of
/// its rules follow in brackets, as no signature tells them.
macro_rules! routes {
    ($($method:ident $path:literal => $($handler:ident)::+ $(<$type:ty>)?, $summary:literal $(, [$($refusal:ident),+])?;)+) => {
        /// The table.
        #[must_use]
        pub fn all() -> Vec<Route> {
            vec![$(Route {
                method: Method::$method,
                path: $path,
                operation: operation(stringify!($($handler)::+), [$(stringify!($type))?].first().copied()),
                summary: $summary,
                refusals: &[$($(Code::$refusal),+)?],
                describe: || Endpoint::describe(&$($handler)::+ $(::<$type>)?),
                register: |resource| register(resource, Method::$method, $($handler)::+ $(::<$type>)?),
            }),+]
        }
    };
}

routes! {
    GET    "/health" => health::get_liveness, "Whether the server lives";
    GET    "/ready" => health::get_readiness, "Whether the server can work";
    POST   "/v1/unseal" => door::api::unseal_server, "Hand in a share or a passphrase at a sealed server", [NotSealed, UnsealRefused, ShareRepeated, TooManyRequests];
    POST   "/v1/seal" => door::api::seal_server, "Seal the server at once: it wipes its keys and answers nobody until it is opened again";
    GET    "/.well-known/jwks.json" => keys::get_token_keys, "Read the public keys of access tokens";
    GET    "/.well-known/waystation-log-keys" => audit::checkpoint::api::get_log_keys, "Read the public keys of the log (C2SP signed-note)";
    POST   "/v1/activations" => activations::activate_account, "Choose a password, with a code that two people gave", [ActivationRefused, InvalidFields];
    POST   "/v1/sessions" => sessions::create_session, "Log in", [LoginRefused];
    POST   "/v1/sessions/refresh" => sessions::refresh_session, "Carry a session on", [RefreshRefused];
    POST   "/v1/sessions/current/second-factor" => second_factor::give_second_factor, "Give a code of one's second factor in this session", [InvalidFields];
    DELETE "/v1/sessions/current" => sessions::end_session, "Log out";
    GET    "/v1/me" => me::get_me, "Read one's own account";
    GET    "/v1/me/second-factor" => second_factor::get_second_factor, "Read how one stands with the second factor";
    POST   "/v1/me/second-factor" => second_factor::begin_second_factor, "Begin to enrol a second factor, or another one", [InvalidFields, StepUpNeeded];
    POST   "/v1/me/second-factor/confirmation" => second_factor::confirm_second_factor, "Confirm it by a code; gives recovery codes, shown once", [InvalidFields, GuardsUnmet, StepUpNeeded];
    POST   "/v1/me/second-factor/recovery-codes" => second_factor::renew_recovery_codes, "Make new recovery codes; the earlier ones count no more", [GuardsUnmet, StepUpNeeded];
    DELETE "/v1/me/second-factor" => second_factor::remove_second_factor, "Take one's second factor away, where the role needs none", [GuardsUnmet, StepUpNeeded];
    GET    "/v1/me/sessions" => own_sessions::list_own_sessions, "List one's own open sessions";
    DELETE "/v1/me/sessions/{session}" => own_sessions::end_own_session, "End one of one's own sessions";
    GET    "/v1/me/api-keys" => api_keys::list_api_keys, "List one's own keys for programs";
    POST   "/v1/me/api-keys" => api_keys::make_api_key, "Make a key for a program; shown once", [InvalidFields, GuardsUnmet, StepUpNeeded];
    DELETE "/v1/me/api-keys/{api_key}" => api_keys::end_api_key, "End a key for a program";
    POST   "/v1/me/away" => away::begin_away, "Put one's own access away until a day", [InvalidFields];
    GET    "/v1/me/reading-budget" => readings::api::get_own_reading_budget, "Read of how many cases one opened something sealed, and may";
    GET    "/v1/me/notices" => notices::api::list_notices, "List what waits for oneself";
    PUT    "/v1/me/notices/{notice}/seen" => notices::api::see_notice, "Mark a notice as seen";
    GET    "/v1/me/mail-address" => notices::mail::api::get_mail_address, "Read whether one is told by e-mail that something waits";
    PUT    "/v1/me/mail-address" => notices::mail::api::put_mail_address, "Be told by e-mail that something waits, and not what", [InvalidFields, GuardsUnmet];
    DELETE "/v1/me/mail-address" => notices::mail::api::remove_mail_address, "Be told by e-mail no more";
    POST   "/v1/me/password" => me::change_password, "Change one's own password";
    POST   "/v1/me/duress-password" => duress::set_duress_password, "Choose a password for when one is made to log in", [InvalidFields];
    GET    "/v1/users" => users::list_users, "List the users within one's reach";
    POST   "/v1/users" => users::create_user, "Ask that a user be let in", [AlreadyExists];
    GET    "/v1/users/{user}" => users::get_user, "Read a user";
    PATCH  "/v1/users/{user}" => users::update_user, "Change a user's status", [GuardsUnmet];
    POST   "/v1/users/{user}/role" => grants::ask_for_role, "Ask for another role of a user", [GuardsUnmet, AlreadyExists];
    POST   "/v1/users/{user}/recovery" => grants::ask_for_recovery, "Ask for another password and second factor of a user who has lost them", [GuardsUnmet, AlreadyExists];
    DELETE "/v1/users/{user}/sessions" => users::end_user_sessions, "End every session of a user";
    POST   "/v1/users/{user}/handover" => cases::api::hand_over_cases, "Hand every place of a user on teams over to others", [GuardsUnmet, StillInUse, StepUpNeeded];
    DELETE "/v1/users/{user}/duress" => duress::lift_duress, "Give a user their access back who was made to log in", [GuardsUnmet, StepUpNeeded];
    DELETE "/v1/users/{user}/away" => away::end_away, "Give a user back the access that they put away", [GuardsUnmet, StepUpNeeded];
    GET    "/v1/users/{user}/reading-budget" => readings::api::get_reading_budget, "Read of how many cases a user opened something sealed, and may";
    POST   "/v1/users/{user}/reading-allowance" => readings::api::allow_more_reading, "Allow a user to open something sealed of more cases for a while", [GuardsUnmet, StepUpNeeded];
    DELETE "/v1/users/{user}/reading-allowance" => readings::api::take_allowance_back, "Take that back", [GuardsUnmet, StepUpNeeded];
    PUT    "/v1/users/{user}/hubs/{hub}" => users::add_hub_member, "Put a user into a hub", [GuardsUnmet, InvalidFields];
    DELETE "/v1/users/{user}/hubs/{hub}" => users::remove_hub_member, "Take a user out of a hub; their places on its cases end", [GuardsUnmet];
    GET    "/v1/grants" => grants::list_grants, "List what was asked for users";
    GET    "/v1/grants/{grant}" => grants::get_grant, "Read what was asked for a user";
    POST   "/v1/grants/{grant}/decision" => grants::decide_grant, "Approve or refuse it, or withdraw it", [GuardsUnmet];
    GET    "/v1/hubs" => hubs::list_hubs, "List the hubs within one's reach";
    POST   "/v1/hubs" => hubs::create_hub, "Create a hub", [AlreadyExists];
    GET    "/v1/hubs/{hub}" => hubs::get_hub, "Read a hub";
    PATCH  "/v1/hubs/{hub}" => hubs::update_hub, "Change a hub", [AlreadyExists];
    GET    "/v1/shelters" => network::api::list_shelters, "List shelters by codename";
    POST   "/v1/shelters" => network::api::create_shelter, "Create a shelter", [AlreadyExists];
    GET    "/v1/shelters/{shelter}" => network::api::get_shelter, "Read a shelter";
    PATCH  "/v1/shelters/{shelter}" => network::api::update_shelter, "Change a shelter's codename, beds or state", [AlreadyExists, GuardsUnmet];
    POST   "/v1/cases" => cases::api::create_case, "Open a case", [GuardsUnmet, NotFound];
    GET    "/v1/cases" => cases::api::list_cases, "List the cases within one's reach";
    POST   "/v1/cases/search" => cases::search::api::search_cases, "Search the cases whose names one may read", [SearchNotReady, InvalidFields];
    GET    "/v1/cases/{case}" => cases::api::get_case, "Read a case";
    PATCH  "/v1/cases/{case}" => cases::api::update_case, "Change what a case's row says";
    PUT    "/v1/cases/{case}/restriction" => cases::api::restrict_case, "Restrict a case to its team, or lift that", [StillInUse];
    POST   "/v1/cases/{case}/stage" => cases::api::move_case, "Move a case to another stage", [GuardsUnmet];
    POST   "/v1/cases/{case}/status" => cases::api::set_case_status, "Change a case's status", [GuardsUnmet];
    POST   "/v1/cases/{case}/closure" => cases::api::close_case, "Close a case", [GuardsUnmet];
    POST   "/v1/cases/{case}/reopening" => cases::api::reopen_case, "Reopen a case", [GuardsUnmet];
    GET    "/v1/cases/{case}/merges" => cases::merging::api::list_merges, "See which cases were merged with this one";
    POST   "/v1/cases/{case}/merges" => cases::merging::api::merge_cases, "Merge another case of the same person into this one", [GuardsUnmet];
    POST   "/v1/cases/{case}/merges/{merge}/undo" => cases::merging::api::undo_merge, "Undo a merge: exactly the rows that moved go back", [GuardsUnmet, StillInUse];
    GET    "/v1/cases/{case}/history" => cases::api::get_case_history, "Read a case's history, what was corrected too", [ReadingBudgetSpent];
    POST   "/v1/cases/{case}/history/{period}/correction" => cases::api::correct_case_history, "Correct a period of a case's history", [GuardsUnmet];
    GET    "/v1/cases/{case}/team" => cases::api::list_team, "See a case's team";
    PUT    "/v1/cases/{case}/team/{user}" => cases::api::put_team_place, "Give or change a place on a case's team", [GuardsUnmet, StillInUse];
    DELETE "/v1/cases/{case}/team/{user}" => cases::api::remove_team_place, "Take a place on a case's team away", [StillInUse];
    GET    "/v1/cases/{case}/access-log" => cases::api::list_case_access, "See who opened a case";
    POST   "/v1/cases/{case}/emergency-accesses" => emergency::api::open_in_emergency, "Open a case of one's hub in an emergency, to read it for an hour at most", [GuardsUnmet, InvalidFields];
    GET    "/v1/emergency-accesses" => emergency::api::list_emergency_accesses, "List which cases were opened in an emergency";
    GET    "/v1/emergency-accesses/{emergency_access}" => emergency::api::get_emergency_access, "Read an emergency access";
    GET    "/v1/emergency-accesses/{emergency_access}/explanation" => emergency::api::get_emergency_explanation, "Read why a case was opened in an emergency", [ReadingBudgetSpent];
    POST   "/v1/emergency-accesses/{emergency_access}/end" => emergency::api::end_emergency_access, "End an emergency access before its time", [GuardsUnmet];
    POST   "/v1/emergency-accesses/{emergency_access}/review" => emergency::reviews::review_emergency_access, "Review an emergency access", [GuardsUnmet];
    GET    "/v1/cases/{case}/identity" => cases::api::get_record<Identity>, "Open the identity record", [FieldGroupWithheld, ReadingBudgetSpent];
    PUT    "/v1/cases/{case}/identity" => cases::api::put_record<Identity>, "Write the identity record", [FieldGroupWithheld];
    PATCH  "/v1/cases/{case}/identity" => cases::api::patch_record<Identity>, "Change members of the identity record", [FieldGroupWithheld, ReadingBudgetSpent];
    GET    "/v1/cases/{case}/identity/versions" => cases::api::list_record_versions<Identity>, "List the versions of the identity record", [FieldGroupWithheld, ReadingBudgetSpent];
    GET    "/v1/cases/{case}/identity/versions/{version}" => cases::api::get_record_version<Identity>, "Open a version of the identity record", [FieldGroupWithheld, ReadingBudgetSpent];
    GET    "/v1/cases/{case}/contact" => cases::api::get_record<Contact>, "Open the contact record", [FieldGroupWithheld, ReadingBudgetSpent];
    PUT    "/v1/cases/{case}/contact" => cases::api::put_record<Contact>, "Write the contact record", [FieldGroupWithheld];
    PATCH  "/v1/cases/{case}/contact" => cases::api::patch_record<Contact>, "Change members of the contact record", [FieldGroupWithheld, ReadingBudgetSpent];
    GET    "/v1/cases/{case}/contact/versions" => cases::api::list_record_versions<Contact>, "List the versions of the contact record", [FieldGroupWithheld, ReadingBudgetSpent];
    GET    "/v1/cases/{case}/contact/versions/{version}" => cases::api::get_record_version<Contact>, "Open a version of the contact record", [FieldGroupWithheld, ReadingBudgetSpent];
    GET    "/v1/cases/{case}/family" => cases::api::get_record<Family>, "Open the family record", [FieldGroupWithheld, ReadingBudgetSpent];
    PUT    "/v1/cases/{case}/family" => cases::api::put_record<Family>, "Write the family record", [FieldGroupWithheld];
    PATCH  "/v1/cases/{case}/family" => cases::api::patch_record<Family>, "Change members of the family record", [FieldGroupWithheld, ReadingBudgetSpent];
    GET    "/v1/cases/{case}/family/versions" => cases::api::list_record_versions<Family>, "List the versions of the family record", [FieldGroupWithheld, ReadingBudgetSpent];
    GET    "/v1/cases/{case}/family/versions/{version}" => cases::api::get_record_version<Family>, "Open a version of the family record", [FieldGroupWithheld, ReadingBudgetSpent];
    GET    "/v1/cases/{case}/protection" => cases::api::get_record<Protection>, "Open the protection record", [FieldGroupWithheld, ReadingBudgetSpent];
    PUT    "/v1/cases/{case}/protection" => cases::api::put_record<Protection>, "Write the protection record", [FieldGroupWithheld];
    PATCH  "/v1/cases/{case}/protection" => cases::api::patch_record<Protection>, "Change members of the protection record", [FieldGroupWithheld, ReadingBudgetSpent];
    GET    "/v1/cases/{case}/protection/versions" => cases::api::list_record_versions<Protection>, "List the versions of the protection record", [FieldGroupWithheld, ReadingBudgetSpent];
    GET    "/v1/cases/{case}/protection/versions/{version}" => cases::api::get_record_version<Protection>, "Open a version of the protection record", [FieldGroupWithheld, ReadingBudgetSpent];
    GET    "/v1/cases/{case}/health" => cases::api::get_record<Health>, "Open the health record", [FieldGroupWithheld, ReadingBudgetSpent];
    PUT    "/v1/cases/{case}/health" => cases::api::put_record<Health>, "Write the health record", [FieldGroupWithheld];
    PATCH  "/v1/cases/{case}/health" => cases::api::patch_record<Health>, "Change members of the health record", [FieldGroupWithheld, ReadingBudgetSpent];
    GET    "/v1/cases/{case}/health/versions" => cases::api::list_record_versions<Health>, "List the versions of the health record", [FieldGroupWithheld, ReadingBudgetSpent];
    GET    "/v1/cases/{case}/health/versions/{version}" => cases::api::get_record_version<Health>, "Open a version of the health record", [FieldGroupWithheld, ReadingBudgetSpent];
    GET    "/v1/cases/{case}/legal" => cases::api::get_record<Legal>, "Open the legal record", [FieldGroupWithheld, ReadingBudgetSpent];
    PUT    "/v1/cases/{case}/legal" => cases::api::put_record<Legal>, "Write the legal record", [FieldGroupWithheld];
    PATCH  "/v1/cases/{case}/legal" => cases::api::patch_record<Legal>, "Change members of the legal record", [FieldGroupWithheld, ReadingBudgetSpent];
    GET    "/v1/cases/{case}/legal/versions" => cases::api::list_record_versions<Legal>, "List the versions of the legal record", [FieldGroupWithheld, ReadingBudgetSpent];
    GET    "/v1/cases/{case}/legal/versions/{version}" => cases::api::get_record_version<Legal>, "Open a version of the legal record", [FieldGroupWithheld, ReadingBudgetSpent];
    GET    "/v1/cases/{case}/passage" => cases::api::get_record<Passage>, "Open the passage record", [FieldGroupWithheld, ReadingBudgetSpent];
    PUT    "/v1/cases/{case}/passage" => cases::api::put_record<Passage>, "Write the passage record", [FieldGroupWithheld];
    PATCH  "/v1/cases/{case}/passage" => cases::api::patch_record<Passage>, "Change members of the passage record", [FieldGroupWithheld, ReadingBudgetSpent];
    GET    "/v1/cases/{case}/passage/versions" => cases::api::list_record_versions<Passage>, "List the versions of the passage record", [FieldGroupWithheld, ReadingBudgetSpent];
    GET    "/v1/cases/{case}/passage/versions/{version}" => cases::api::get_record_version<Passage>, "Open a version of the passage record", [FieldGroupWithheld, ReadingBudgetSpent];
    GET    "/v1/cases/{case}/duplicates" => cases::search::duplicates::api::find_duplicates, "Ask who may be the same person", [FieldGroupWithheld, ReadingBudgetSpent, SearchNotReady];
    POST   "/v1/cases/{case}/duplicates/{duplicate}/not-same" => cases::search::duplicates::api::decide_not_same, "Say that two cases are of two people";
    GET    "/v1/duplicates" => cases::search::duplicates::api::list_duplicates, "List cases that may be of one person";
    GET    "/v1/cases/{case}/stays" => network::stays::api::list_stays, "List a case's stays";
    POST   "/v1/cases/{case}/stays" => network::stays::api::create_stay, "Take a person into a shelter", [GuardsUnmet];
    GET    "/v1/cases/{case}/stays/{stay}" => network::stays::api::get_stay, "Read a stay";
    POST   "/v1/cases/{case}/stays/{stay}/end" => network::stays::api::end_stay, "End a stay", [GuardsUnmet];
    GET    "/v1/cases/{case}/journeys" => transit::api::list_journeys, "List a case's journeys";
    POST   "/v1/cases/{case}/journeys" => transit::api::create_journey, "Plan a journey", [GuardsUnmet];
    GET    "/v1/cases/{case}/journeys/{journey}" => transit::api::get_journey, "Read a journey with its legs";
    POST   "/v1/cases/{case}/journeys/{journey}/approval" => transit::api::approve_journey, "Approve a journey that somebody else planned", [GuardsUnmet];
    POST   "/v1/cases/{case}/journeys/{journey}/state" => transit::api::set_journey_state, "Set a journey underway, complete or abandon it", [GuardsUnmet];
    POST   "/v1/cases/{case}/journeys/{journey}/legs" => transit::api::create_leg, "Add a leg to a journey that has not started; an approved journey is planned again, without its approval", [GuardsUnmet];
    POST   "/v1/cases/{case}/journeys/{journey}/legs/{leg}/state" => transit::api::set_leg_state, "Tell how a leg went; the journey's state follows its first and its last leg", [GuardsUnmet];
    GET    "/v1/cases/{case}/applications" => asylum::api::list_applications, "See a case's asylum applications";
    POST   "/v1/cases/{case}/applications" => asylum::api::create_application, "Record an asylum application", [GuardsUnmet];
    GET    "/v1/cases/{case}/applications/{application}" => asylum::api::get_application, "Read an asylum application";
    POST   "/v1/cases/{case}/applications/{application}/state" => asylum::api::set_application_state, "Record how far an asylum application has come", [GuardsUnmet];
    GET    "/v1/cases/{case}/resettlements" => resettlement::api::list_resettlements, "See a case's resettlements";
    POST   "/v1/cases/{case}/resettlements" => resettlement::api::create_resettlement, "Prepare a resettlement", [GuardsUnmet];
    GET    "/v1/cases/{case}/resettlements/{resettlement}" => resettlement::api::get_resettlement, "Read a resettlement";
    POST   "/v1/cases/{case}/resettlements/{resettlement}/state" => resettlement::api::set_resettlement_state, "Record how far a resettlement has come", [GuardsUnmet];
    POST   "/v1/cases/{case}/own-copy" => cases::own_copy::api::make_own_copy, "Make the copy that a person gets of all that is held on them", [FieldGroupWithheld, ReadingBudgetSpent, GuardsUnmet, CaseErased];
    GET    "/v1/erasures" => retention::api::list_waiting_erasures, "See which erasures wait: for a decision, or for objections";
    GET    "/v1/cases/{case}/erasures" => retention::api::list_erasures, "See whether the person of a case is to be erased";
    POST   "/v1/cases/{case}/erasures" => retention::api::create_erasure, "Ask that the person of a case be erased", [GuardsUnmet];
    GET    "/v1/cases/{case}/erasures/{erasure}" => retention::api::get_erasure, "See how far an erasure is";
    POST   "/v1/cases/{case}/erasures/{erasure}/decision" => retention::api::decide_erasure, "Approve or refuse an erasure that somebody else asked for", [GuardsUnmet];
    POST   "/v1/cases/{case}/erasures/{erasure}/withdrawal" => retention::api::withdraw_erasure, "Take an erasure back, or object to it", [GuardsUnmet];
    GET    "/v1/cases/{case}/erasures/{erasure}/certificate" => retention::api::get_erasure_certificate, "Read the certificate of an erasure (C2SP signed-note)";
    GET    "/v1/cases/{case}/holds" => retention::holds::list_holds, "See the legal holds on a case";
    POST   "/v1/cases/{case}/holds" => retention::holds::create_hold, "Place a legal hold on a case: nothing of it is erased", [GuardsUnmet];
    POST   "/v1/cases/{case}/holds/{hold}/lifting" => retention::holds::lift_hold, "Lift a legal hold", [GuardsUnmet];
    GET    "/v1/reports/stages" => reports::api::report_stages, "Count cases by stage as of a day";
    GET    "/v1/audit/events" => audit::api::list_audit_events, "Read the log";
    GET    "/v1/audit/events/{event}" => audit::api::get_audit_event, "Read an entry of the log";
    GET    "/v1/audit/events/{event}/proof" => audit::tree::api::get_audit_event_proof, "Prove that an entry is on the log (C2SP tlog-proof)", [LogNotSigned];
    GET    "/v1/audit/log/checkpoint" => audit::checkpoint::api::get_checkpoint, "Read the newest checkpoint of the log (C2SP tlog-checkpoint)", [LogNotSigned];
    GET    "/v1/audit/log/consistency" => audit::tree::api::get_log_consistency, "Prove that the log begins with an earlier one";
    GET    "/v1/audit/log/tile/{tile}" => audit::tree::api::get_log_tile, "Fetch hashes or entries of the log (C2SP tlog-tiles)";
    GET    "/v1/audit/export" => audit::api::export_audit_events, "Export the log, in parts";
    GET    "/v1/audit/cases/{case}/seen-by" => audit::api::who_saw_case, "Ask who saw a case";
    GET    "/v1/audit/users/{user}/seen" => audit::api::what_user_saw, "Ask what a user saw";
    GET    "/v1/audit/unusual" => audit::api::find_unusual_reading, "Ask what reading is unusual", [InvalidFields];
    GET    "/v1/audit/canaries" => audit::api::list_canaries, "List the canary cases";
    PUT    "/v1/audit/canaries/{case}" => audit::api::put_canary, "Make a case a canary", [GuardsUnmet];
    DELETE "/v1/audit/canaries/{case}" => audit::api::remove_canary, "Make a canary a case like any other";
    GET    "/v1/audit/alarms" => audit::api::list_alarms, "See who opened a canary case";
    POST   "/v1/audit/log/cosignatures" => audit::witnesses::api::add_cosignatures, "Hand in signatures of witnesses (C2SP tlog-cosignature)", [NoWitnesses];
    GET    "/v1/audit/log/status" => audit::status::api::get_log_status, "See whether the log is signed and cosigned";
    GET    "/v1/keys" => keyring::api::get_keys, "See which versions of keys there are";
    GET    "/v1/code-lists" => code_lists::api::list_code_lists, "See which code lists there are";
    GET    "/v1/code-lists/{list}" => code_lists::api::get_code_list, "Read a code list";
}

/// `cases::api::get_case` is the operation `get_case`; `cases::api::get_record` of `Identity` is
/// `get_identity`.
fn operation(handler: &str, of: Option<&str>) -> String {
    let name = handler.rsplit(':').next().unwrap_or(handler).trim();
    match of {
        None => name.to_owned(),
        Some(record) => name.replace("record", &record.to_lowercase()),
    }
}

/// By the handler's own signature: one that reads no query refuses whatever stands there.
fn register<F, Args>(resource: Resource, method: Method, handler: F) -> Resource
where
    F: Handler<Args> + Endpoint<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: actix_web::Responder + 'static,
{
    let route = web::method(method);
    resource.route(if F::READS_QUERY {
        route.to(handler)
    } else {
        route.to(move |arguments: WithoutQuery<Args>| handler.call(arguments.0))
    })
}

/// Registers every route; a known address with another method is told so.
pub fn configure(config: &mut ServiceConfig) {
    let mut by_path: Vec<(&str, Resource)> = Vec::new();
    for route in all() {
        let known = by_path.iter().position(|(path, _)| *path == route.path);
        let (path, resource) = match known {
            Some(index) => by_path.remove(index),
            None => {
                (route.path, web::resource(with_slashes(route.path)).default_service(web::to(other_method)))
            }
        };
        by_path.push((path, (route.register)(resource)));
    }
    for (_, resource) in by_path {
        config.service(resource);
    }
}

/// A tile's name has slashes; no other parameter does.
fn with_slashes(path: &str) -> String {
    path.replace("{tile}", "{tile:.*}")
}

async fn other_method() -> Result<NoContent> {
    Err(Error::new(Code::MethodNotAllowed, "See the OpenAPI document for the methods of this address."))
}
