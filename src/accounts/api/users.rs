//! Users, for coordinators who see those of their hubs and administrators who manage all.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::UserView;
use super::grants::GrantView;
use crate::access::permissions::{UserCreate, UserEndSessions, UserList, UserRead, UserUpdate};
use crate::access::{HubId, Permit, Role, UserId};
use crate::accounts::codes::{GrantKind, SessionEnd, UserStatus};
use crate::accounts::grants::decide;
use crate::accounts::sessions::{self, Ending};
use crate::accounts::store;
use crate::accounts::username::Username;
use crate::accounts::users::{self, Creation};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::error::{Error, Result};
use crate::http::reply::HasVersion;
use crate::http::{Body, Created, IfMatch, ListQuery, NoContent, Page, Path, Versioned, patch};

/// More than this in one request is a mistake; each is looked up by itself.
const MOST_HUBS: usize = 50;

/// A user to let in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "username": "heron", "role": "caseworker", "hubs": ["1a5w8z0v4n9qx2c7m1b6t8r4ye"]
}))]
pub struct NewUserRequest {
    /// A pseudonym; no two users have the same.
    username: Username,
    /// The role.
    role: Role,
    /// Open hubs to put them into, at most 50; only caseworkers and coordinators have any.
    #[serde(default)]
    #[schema(max_items = 50)]
    hubs: Vec<HubId>,
}

/// What to change of a user; members that are absent stay as they are (RFC 7396).
#[derive(Deserialize, ToSchema, Clone)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"status": "suspended"}))]
pub struct UserPatchRequest {
    /// The status; suspending ends every session.
    #[serde(default, deserialize_with = "patch::required")]
    #[schema(nullable = false)]
    status: Option<UserStatus>,
}

impl UserPatchRequest {
    fn fields(&self) -> [(&'static str, bool); 1] {
        [("status", self.status.is_some())]
    }
}

/// Which users to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UserListQuery {
    /// Only with this status.
    #[serde(default)]
    #[param(inline)]
    status: Option<UserStatus>,
    /// Only with this role.
    #[serde(default)]
    #[param(inline)]
    role: Option<Role>,
}

impl UserListQuery {
    fn narrowed(&self) -> [(&'static str, Option<String>); 2] {
        [
            ("status", self.status.map(|status| status.to_string())),
            ("role", self.role.map(|role| role.to_string())),
        ]
    }
}

/// `GET /v1/users`
pub async fn list_users(
    permit: Permit<UserList>,
    app: Data<App>,
    query: ListQuery<UserListQuery>,
) -> Result<Page<UserView>> {
    let ListQuery { filter, page } = query;
    let (limit, start) = (page.limit(), page.start::<Username>()?);
    let asks = permit.user();
    let event = Event::new(Action::UserList).narrowed_by(filter.narrowed());
    let seen = app.db.read(permit, event, move |tx, permit| {
        let rows = store::list(tx, permit, (filter.status, filter.role), start.as_ref(), limit + 1)?;
        let ids: Vec<UserId> = rows.iter().map(|user| user.id).collect();
        Ok((rows, store::hubs_of(tx, permit, &ids)?))
    });
    let (rows, mut hubs) = seen.await?.value;
    let view = |user: crate::accounts::model::User| {
        let hubs = hubs.remove(&user.id).unwrap_or_default();
        UserView::new(user, hubs, (app.clock.now(), asks))
    };
    Page::of(rows, &page, |user| user.username.clone(), view)
}

/// A user who was asked for, and what has to be decided first.
#[derive(Serialize, ToSchema)]
pub struct InvitedUser {
    /// The user's id.
    id: UserId,
    /// The user's version, as in their ETag.
    version: i64,
    /// The user, who cannot log in yet.
    user: UserView,
    /// What somebody else has to approve; that gives the code with which the user chooses a password.
    grant: GrantView,
}

impl HasVersion for InvitedUser {
    fn version(&self) -> i64 {
        self.version
    }
}

/// `POST /v1/users`
///
/// Nobody but the user ever knows their password.
pub async fn create_user(
    permit: Permit<UserCreate>,
    app: Data<App>,
    body: Body<NewUserRequest>,
) -> Result<Created<InvitedUser>> {
    let NewUserRequest { username, role, hubs } = body.0;
    if hubs.len() > MOST_HUBS {
        return Err(Error::invalid_field("/hubs", format!("Name at most {MOST_HUBS} hubs.")));
    }
    let id = UserId::generate();
    let password_hash = app.passwords.of_nobody(id).await?;
    let creation = Creation { id, username, role, status: UserStatus::Invited, password_hash, hubs };
    let view = app
        .db
        .write(permit, Event::new(Action::UserCreate), move |tx, permit| {
            let user = users::create(tx, &creation)?;
            let grant = decide::ask(tx, permit, &user, (GrantKind::Invitation, Some(role)))?;
            let user = UserView::load(tx, permit, user)?;
            Ok(InvitedUser { id, version: user.version, user, grant: grant.into() })
        })
        .await?;
    Ok(Created::at("/v1/users/{id}", view))
}

/// `GET /v1/users/{user}`
pub async fn get_user(
    permit: Permit<UserRead>,
    app: Data<App>,
    path: Path<UserId>,
) -> Result<Versioned<UserView>> {
    let id = path.0;
    let seen = app.db.read(permit, Event::new(Action::UserRead).subject(id), move |tx, permit| {
        let user = store::find(tx, permit, id)?;
        UserView::load(tx, permit, user)
    });
    Ok(Versioned::read(seen.await?.value))
}

/// `PATCH /v1/users/{user}`
pub async fn update_user(
    permit: Permit<UserUpdate>,
    app: Data<App>,
    path: Path<UserId>,
    if_match: IfMatch,
    body: Body<UserPatchRequest>,
) -> Result<Versioned<UserView>> {
    let (id, request) = (path.0, body.0);
    let event = Event::new(Action::UserUpdate).subject(id).fields(request.fields());
    let view = app.db.write(permit, event, move |tx, permit| {
        let user = store::find(tx, permit, id)?;
        if_match.check(user.version)?;
        let user = users::change(tx, permit, &user, None, request.status)?;
        UserView::load(tx, permit, user)
    });
    Ok(Versioned(view.await?))
}

/// `DELETE /v1/users/{user}/sessions`
pub async fn end_user_sessions(
    permit: Permit<UserEndSessions>,
    app: Data<App>,
    path: Path<UserId>,
) -> Result<NoContent> {
    let id = path.0;
    let event = Event::new(Action::UserEndSessions).subject(id);
    app.db
        .write(permit, event, move |tx, permit| {
            let user = store::find(tx, permit, id)?;
            sessions::end(tx, user.id, Ending::All, SessionEnd::Withdrawn)
        })
        .await?;
    Ok(NoContent)
}

/// `PUT /v1/users/{user}/hubs/{hub}`
pub async fn add_hub_member(
    permit: Permit<UserUpdate>,
    app: Data<App>,
    path: Path<(UserId, HubId)>,
) -> Result<NoContent> {
    let (id, hub) = path.0;
    let event = Event::new(Action::HubMemberAdd).subject(id).detail("hub", hub);
    app.db
        .write(permit, event, move |tx, permit| {
            let user = store::find(tx, permit, id)?;
            users::join(tx, &user, hub)
        })
        .await?;
    Ok(NoContent)
}

/// `DELETE /v1/users/{user}/hubs/{hub}`
pub async fn remove_hub_member(
    permit: Permit<UserUpdate>,
    app: Data<App>,
    path: Path<(UserId, HubId)>,
) -> Result<NoContent> {
    let (id, hub) = path.0;
    let event = Event::new(Action::HubMemberRemove).subject(id).detail("hub", hub);
    app.db
        .write(permit, event, move |tx, permit| {
            let user = store::find(tx, permit, id)?;
            users::leave(tx, permit, &user, hub)
        })
        .await?;
    Ok(NoContent)
}
