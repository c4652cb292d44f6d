//! What is granted to an account by two people: asked for by one, seen, and decided by another.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::permissions::{AccountRecover, GrantDecide, GrantRead, UserUpdate};
use crate::access::{Permission, Permit, Role, UserId};
use crate::accounts::codes::{GrantDecision, GrantKind, GrantState};
use crate::accounts::grants::model::Grant;
use crate::accounts::grants::{GrantId, decide, store};
use crate::accounts::one_time_code::OneTimeCode;
use crate::accounts::store as accounts;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::db::WriteTx;
use crate::db::types::Timestamp;
use crate::error::Result;
use crate::http::reply::HasVersion;
use crate::http::{Body, Created, Done, ListQuery, Page, Path, Versioned};

/// What somebody asked for a user, and what became of it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01kb5w8z0v4n9qx2c7m1b6t8r4", "user_id": "2b5w8z0v4n9qx2c7m1b6t8r4ye", "kind": "invitation",
    "role": "caseworker", "asked_by": "4b5w8z0v4n9qx2c7m1b6t8r4ye", "asked_at": "2026-03-01T09:00:00.000000Z",
    "expires_at": "2026-03-08T09:00:00.000000Z", "decision": null, "decided_by": null, "decided_at": null,
    "activated_at": null, "version": 1
}))]
pub struct GrantView {
    /// Its id.
    id: GrantId,
    /// For whom.
    user_id: UserId,
    /// What.
    kind: GrantKind,
    /// The role that is granted; null where password and second factor were lost.
    role: Option<Role>,
    /// Who asked.
    asked_by: UserId,
    /// When.
    asked_at: Timestamp,
    /// Until when somebody else may approve it.
    expires_at: Timestamp,
    /// What became of it; null while nobody has decided.
    decision: Option<GrantDecision>,
    /// Who decided.
    decided_by: Option<UserId>,
    /// When.
    decided_at: Option<Timestamp>,
    /// When the user chose a password with the code that it gave.
    activated_at: Option<Timestamp>,
    /// Its version, as in its ETag.
    version: i64,
}

impl HasVersion for GrantView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<Grant> for GrantView {
    fn from(row: Grant) -> Self {
        Self {
            version: row.version(),
            id: row.id,
            user_id: row.user_id,
            kind: row.kind,
            role: row.role,
            asked_by: row.asked_by,
            asked_at: row.asked_at,
            expires_at: row.expires_at,
            decision: row.decision,
            decided_by: row.decided_by,
            decided_at: row.decided_at,
            activated_at: row.activated_at,
        }
    }
}

/// Another role.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role": "coordinator"}))]
pub struct RoleRequest {
    /// Auditors, administrators and readers leave their hubs and teams when it is approved.
    role: Role,
}

/// `POST /v1/users/{user}/role`
pub async fn ask_for_role(
    permit: Permit<UserUpdate>,
    app: Data<App>,
    path: Path<UserId>,
    body: Body<RoleRequest>,
) -> Result<Created<GrantView>> {
    ask(permit, &app, path.0, (GrantKind::Role, Some(body.0.role))).await
}

/// `POST /v1/users/{user}/recovery`
///
/// Nothing changes until somebody else has approved it.
pub async fn ask_for_recovery(
    permit: Permit<AccountRecover>,
    app: Data<App>,
    path: Path<UserId>,
) -> Result<Created<GrantView>> {
    ask(permit, &app, path.0, (GrantKind::Recovery, None)).await
}

async fn ask<P: Permission>(
    permit: Permit<P>,
    app: &App,
    id: UserId,
    what: (GrantKind, Option<Role>),
) -> Result<Created<GrantView>> {
    let event = Event::new(Action::GrantAsk).subject(id).detail("kind", what.0);
    let find = move |tx: &mut WriteTx<'_>, permit: &Permit<P>| accounts::find(tx, permit, id);
    let view = app.db.write_within(permit, event, find, move |tx, permit| {
        let user = accounts::find(tx, permit, id)?;
        decide::ask(tx, permit, &user, what).map(GrantView::from)
    });
    Ok(Created::at("/v1/grants/{id}", view.await?))
}

/// Which grants to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GrantListQuery {
    /// Those that wait for a decision, that nobody decided in time, or that were decided; all where nothing is said.
    #[serde(default)]
    #[param(inline)]
    state: Option<GrantState>,
    /// Only those for this user.
    user: Option<UserId>,
}

impl GrantListQuery {
    fn narrowed(&self) -> [(&'static str, Option<String>); 2] {
        [
            ("state", self.state.map(|state| state.to_string())),
            ("user", self.user.map(|user| user.to_string())),
        ]
    }
}

/// `GET /v1/grants`
pub async fn list_grants(
    permit: Permit<GrantRead>,
    app: Data<App>,
    query: ListQuery<GrantListQuery>,
) -> Result<Page<GrantView>> {
    let ListQuery { filter, page } = query;
    let (limit, start) = (page.limit(), page.start()?);
    let event = Event::new(Action::GrantList).narrowed_by(filter.narrowed());
    let only = (filter.state, filter.user);
    let read = app.db.read(permit, event, move |tx, permit| store::list(tx, permit, only, start, limit + 1));
    Page::of(read.await?.value, &page, |row| (row.asked_at, row.id), Into::into)
}

/// `GET /v1/grants/{grant}`
pub async fn get_grant(
    permit: Permit<GrantRead>,
    app: Data<App>,
    path: Path<GrantId>,
) -> Result<Versioned<GrantView>> {
    let id = path.0;
    let event = Event::new(Action::GrantRead).subject(id);
    let read = app.db.read(permit, event, move |tx, permit| store::find(tx, permit, id));
    Ok(Versioned::read(read.await?.value))
}

/// Whether it is granted.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"approve": true}))]
pub struct GrantDecisionRequest {
    /// `false` refuses it; or withdraws it, by whoever has asked.
    approve: bool,
}

/// What was decided.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "grant": {
        "id": "01kb5w8z0v4n9qx2c7m1b6t8r4", "user_id": "2b5w8z0v4n9qx2c7m1b6t8r4ye", "kind": "invitation",
        "role": "caseworker", "asked_by": "4b5w8z0v4n9qx2c7m1b6t8r4ye", "asked_at": "2026-03-01T09:00:00.000000Z",
        "expires_at": "2026-03-08T09:00:00.000000Z", "decision": "approved",
        "decided_by": "5b5w8z0v4n9qx2c7m1b6t8r4ye", "decided_at": "2026-03-02T09:00:00.000000Z", "activated_at": null,
        "version": 2
    },
    "activation_code": "0A1B2-C3D4E-5F6G7-H8J9K", "code_expires_at": "2026-03-05T09:00:00.000000Z"
}))]
pub struct DecidedGrant {
    /// The grant as it is now.
    grant: GrantView,
    /// Shown this once: hand it to the user in person, who chooses a password with it (`POST /v1/activations`). Null where
    /// nothing has to be chosen.
    activation_code: Option<String>,
    /// Until when it is good.
    code_expires_at: Option<Timestamp>,
}

impl DecidedGrant {
    fn new(grant: Grant, code: Option<&OneTimeCode>) -> Self {
        let code_expires_at = grant.code_expires_at;
        Self { grant: grant.into(), activation_code: code.map(OneTimeCode::to_text), code_expires_at }
    }
}

/// `POST /v1/grants/{grant}/decision`
pub async fn decide_grant(
    permit: Permit<GrantDecide>,
    app: Data<App>,
    path: Path<GrantId>,
    body: Body<GrantDecisionRequest>,
) -> Result<Done<DecidedGrant>> {
    let (id, approve) = (path.0, body.0.approve);
    // Of no user: it fits nobody's password.
    let nobody = if approve { app.passwords.of_nobody(UserId::generate()).await? } else { String::new() };
    let event = Event::new(Action::GrantDecide).subject(id);
    // The answer holds a code.
    let find = move |tx: &mut WriteTx<'_>, permit: &Permit<_>| store::find(tx, permit, id);
    let decided = app.db.write_within(permit, event, find, move |tx, permit| {
        let grant = store::find(tx, permit, id)?;
        let (grant, code) = decide::decide(tx, permit, &grant, (approve, &nobody))?;
        Ok(DecidedGrant::new(grant, code.as_ref()))
    });
    Ok(Done(decided.await?))
}
