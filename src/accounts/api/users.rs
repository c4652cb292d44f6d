//! Users, for coordinators who see those of their hubs and administrators who manage all.

use actix_web::web::Data;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::UserView;
use crate::access::permissions::{UserCreate, UserEndSessions, UserList, UserRead, UserUpdate};
use crate::access::{HubId, Permit, Role, UserId};
use crate::accounts::codes::{SessionEnd, UserStatus};
use crate::accounts::sessions::{self, Ending};
use crate::accounts::store;
use crate::accounts::username::Username;
use crate::accounts::users::{self, Creation};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::error::{Error, Result};
use crate::http::{Body, Created, IfMatch, ListQuery, NoContent, Page, Path, Unfiltered, Versioned, patch};
use crate::machine::unmet;

/// More than this in one request is a mistake; each is looked up by itself.
const MOST_HUBS: usize = 50;

/// A user to create. No `Debug`: it holds a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "username": "heron", "role": "caseworker", "password": "four quiet herons at dusk",
    "hubs": ["1a5w8z0v4n9qx2c7m1b6t8r4ye"]
}))]
pub struct NewUserRequest {
    /// A pseudonym; no two users have the same.
    username: Username,
    /// The role.
    role: Role,
    /// The first password: 12 to 128 characters.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
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
    /// The role; auditors, administrators and readers leave their hubs and teams.
    #[serde(default, deserialize_with = "patch::required")]
    #[schema(nullable = false)]
    role: Option<Role>,
    /// The status; suspending ends every session.
    #[serde(default, deserialize_with = "patch::required")]
    #[schema(nullable = false)]
    status: Option<UserStatus>,
}

impl UserPatchRequest {
    fn fields(&self) -> [(&'static str, bool); 2] {
        [("role", self.role.is_some()), ("status", self.status.is_some())]
    }
}

/// A password that an administrator sets. No `Debug`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "four quiet herons at dusk"}))]
pub struct PasswordResetRequest {
    /// 12 to 128 characters.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// `GET /v1/users`
pub async fn list_users(
    permit: Permit<UserList>,
    app: Data<App>,
    query: ListQuery<Unfiltered>,
) -> Result<Page<UserView>> {
    let (limit, start) = (query.page.limit(), query.page.start::<Username>()?);
    let event = Event::new(Action::UserList);
    let seen = app.db.read(permit, event, move |tx, permit| {
        let rows = store::list(tx, permit, start.as_ref(), limit + 1)?;
        let ids: Vec<UserId> = rows.iter().map(|user| user.id).collect();
        Ok((rows, store::hubs_of(tx, permit, &ids)?))
    });
    let (rows, mut hubs) = seen.await?.value;
    let view = |user: crate::accounts::model::User| {
        let hubs = hubs.remove(&user.id).unwrap_or_default();
        UserView::new(user, hubs)
    };
    Page::of(rows, &query.page, |user| user.username.clone(), view)
}

/// `POST /v1/users`
pub async fn create_user(
    permit: Permit<UserCreate>,
    app: Data<App>,
    body: Body<NewUserRequest>,
) -> Result<Created<UserView>> {
    let NewUserRequest { username, role, password, hubs } = body.0;
    if hubs.len() > MOST_HUBS {
        return Err(Error::invalid_field("/hubs", format!("Name at most {MOST_HUBS} hubs.")));
    }
    app.passwords.check_new("/password", &password, username.as_str()).await?;
    let id = UserId::generate();
    let password_hash = app.passwords.hash(id, password).await?;
    let creation = Creation { id, username, role, password_hash, hubs };
    let view = app
        .db
        .write(permit, Event::new(Action::UserCreate), move |tx, permit| {
            let user = users::create(tx, &creation)?;
            UserView::load(tx, permit, user)
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
        let user = users::change(tx, permit, &user, request.role, request.status)?;
        UserView::load(tx, permit, user)
    });
    Ok(Versioned(view.await?))
}

/// `POST /v1/users/{user}/password`
pub async fn reset_password(
    permit: Permit<UserUpdate>,
    app: Data<App>,
    path: Path<UserId>,
    body: Body<PasswordResetRequest>,
) -> Result<NoContent> {
    let (id, password) = (path.0, body.0.password);
    if permit.user() == Some(id) {
        let guard = unmet("not_own_account", "Change your own password with POST /v1/me/password.");
        return Err(Error::unmet(vec![guard]));
    }
    let reader = permit.clone();
    let found = app.db.unrecorded("whose password is set", move |tx| store::find(tx, &reader, id)).await?;
    app.passwords.check_new("/password", &password, found.username.as_str()).await?;
    let hash = app.passwords.hash(id, password).await?;
    app.db
        .write(permit, Event::new(Action::UserPasswordReset).subject(id), move |tx, permit| {
            let user = store::find(tx, permit, id)?;
            users::reset_password(tx, &user, &hash)
        })
        .await?;
    Ok(NoContent)
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
