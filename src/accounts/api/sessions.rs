//! Logging in, carrying a session on, logging out.

use std::sync::Arc;

use actix_web::web::Data;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::permissions::{AccountUpdate, SystemAct};
use crate::access::{Factor, FactorStanding, HubId, Permit, Role, SessionId, UserId};
use crate::accounts::access_token::Bearer;
use crate::accounts::codes::{SessionEnd, UserStatus};
use crate::accounts::duress;
use crate::accounts::gate::{Attempt, Device};
use crate::accounts::model::User;
use crate::accounts::password::Known;
use crate::accounts::refresh::{self, RefreshToken, Refreshed};
use crate::accounts::second_factor::{self, Offered, store as factors};
use crate::accounts::sessions::{self, Ending};
use crate::accounts::username::Username;
use crate::accounts::{store, users};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::db::{Tx, WriteTx};
use crate::error::{Code, Error, Result};
use crate::http::context::RequestContext;
use crate::http::{Body, Given, Issued, Json, NoContent};

/// Who logs in. No `Debug`: it holds a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"username": "heron", "password": "four quiet herons at dusk"}))]
pub struct LoginRequest {
    /// The pseudonym.
    username: String,
    /// The password.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
    /// A code of the second factor, or a recovery code, where one is enrolled.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "287082")]
    code: Option<SecretString>,
    /// What the last login from this device gave, if there was one: whoever guesses elsewhere cannot slow this login down.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    device_token: Option<SecretString>,
}

/// The refresh token to use up. No `Debug`: it opens the session.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh_token": "Jq5v0rZ3kX8mC1wYp7nB2sD4fG6hT9uLaEiOoQxWzVc"}))]
pub struct RefreshRequest {
    /// As it was given.
    #[schema(value_type = String, format = Password)]
    refresh_token: SecretString,
}

/// An open session.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "access_token": "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.e30.c2ln", "token_type": "Bearer", "expires_in": 600,
    "refresh_token": "Jq5v0rZ3kX8mC1wYp7nB2sD4fG6hT9uLaEiOoQxWzVc",
    "device_token": "c2V2ZW4gaGVyb25zIGF0IGR1c2sgYnkgdGhlIHJpdmVyLCBhbmQgb25lIG1vcmUgdGhhdCBuby1vbmU",
    "second_factor": "given",
    "user": {"id": "2b5w8z0v4n9qx2c7m1b6t8r4ye", "username": "heron", "role": "caseworker",
             "hubs": ["1a5w8z0v4n9qx2c7m1b6t8r4ye"]}
}))]
pub struct SessionView {
    /// Send it as `Authorization: Bearer ...`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds that the access token is good.
    expires_in: i64,
    /// Good once: for the next access token.
    refresh_token: String,
    /// For the next login from this device. A login gives one; a session that is carried on does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    device_token: Option<String>,
    /// How the session stands with the second factor: with `to_enrol` or `to_give` nothing else can be done first.
    second_factor: FactorStanding,
    /// Who has logged in.
    user: SessionUser,
}

/// Who has logged in.
#[derive(Serialize, ToSchema)]
pub struct SessionUser {
    /// Their id.
    id: UserId,
    /// Their pseudonym.
    username: Username,
    /// Their role.
    role: Role,
    /// Their hubs.
    hubs: Vec<HubId>,
}

/// What a transaction gives for an open session; the access token is made after its commit.
#[derive(Serialize)]
struct OpenSession {
    session: SessionId,
    refresh_token: String,
    user: SessionUser,
    #[serde(skip)]
    factor: Factor,
}

impl OpenSession {
    fn load(
        tx: &mut Tx<'_>,
        permit: &Permit<SystemAct>,
        user: User,
        session: SessionId,
        token: &RefreshToken,
    ) -> Result<Self> {
        let hubs = store::hubs_of(tx, permit, &[user.id])?.remove(&user.id).unwrap_or_default();
        let hubs = if user.duress_since.is_some() { Vec::new() } else { hubs };
        let factor = sessions::factor(tx, user.id, session)?;
        let user = SessionUser { id: user.id, username: user.username, role: user.role, hubs };
        Ok(Self { session, refresh_token: token.to_text(), user, factor })
    }

    fn view(self, app: &App, device: Option<Device>) -> Result<SessionView> {
        let bearer = Bearer { user: self.user.id, session: self.session };
        let (access_token, expires_in) = app.tokens.issue(bearer)?;
        let (refresh_token, user) = (self.refresh_token, self.user);
        let device_token = device.map(|device| device.token(&app.keyring, user.id, app.clock.now()));
        let second_factor = app.factors.standing(user.role, self.factor);
        Ok(SessionView {
            access_token,
            token_type: "Bearer",
            expires_in,
            refresh_token,
            device_token,
            second_factor,
            user,
        })
    }
}

/// `POST /v1/sessions`
pub async fn create_session(
    context: RequestContext,
    app: Data<App>,
    body: Body<LoginRequest>,
) -> Result<Issued<SessionView>> {
    let address = context.address;
    let permit = Permit::system_in("login", context);
    // What is no username is nobody's, and is answered like it.
    let username: Option<Username> = body.0.username.parse().ok();
    let user = match username {
        Some(name) => app.db.unrecorded("who logs in", move |tx| store::by_name(tx, &name)).await?,
        None => None,
    };
    // Whoever fails is nobody; whose account they tried is what it is about.
    let (origin, event) = (permit.origin(), Event::new(Action::SessionCreate));
    let event = user.iter().fold(event, |event, user| event.subject(user.id));
    let LoginRequest { password, code, device_token, .. } = body.0;
    let device = user
        .as_ref()
        .zip(device_token)
        .and_then(|(user, token)| Device::of(&app.keyring, user.id, token.expose_secret(), app.clock.now()));
    let attempt = Attempt::Stranger { user: user.as_ref(), device, address };
    let ticket = app.gate.enter(&app.db, attempt).await?;
    let database = (&app.db, Arc::clone(&app.keyring));
    let offered =
        second_factor::offered(database, ticket.as_ref(), user.as_ref().map(|user| user.id), code).await?;
    // Whose code is wrong is checked like nobody, so that neither answer nor time tells which of the two was wrong.
    let checked = user.as_ref().filter(|_| offered != Offered::Wrong);
    let known = app.passwords.verify(ticket, password.clone(), checked).await?;
    let session = log_in(&app, permit, user.zip(known), password, offered).await;
    let session = app.db.recorded(event, origin, session).await?;
    Ok(Issued(Given::Now(session.view(&app, Some(device.unwrap_or_else(Device::new)))?)))
}

/// A session for the user whose password was right.
async fn log_in(
    app: &App,
    permit: Permit<SystemAct>,
    user: Option<(User, Known)>,
    password: SecretString,
    offered: Offered,
) -> Result<OpenSession> {
    let user = user.filter(|(user, _)| user.status == UserStatus::Active);
    let (user, known) = user.ok_or_else(refused)?;
    // Of two that are made alike only one is known: they are made anew when one of them is changed.
    let renewed = if app.passwords.is_outdated(&user.password_hash) && user.duress_hash.is_none() {
        Some(app.passwords.hash(user.id, password).await?)
    } else {
        None
    };
    let event = Event::new(Action::SessionCreate).by(user.id);
    let keyring = Arc::clone(&app.keyring);
    let opened = app.db.write(permit, event, move |tx, permit| {
        let (user, session) = open(tx, permit, (&user, known), renewed.as_deref())?;
        if !second_factor::holds(tx, &keyring, user.id, &offered)? {
            return Err(refused());
        }
        if let Offered::Right(_) = offered {
            factors::given(tx, session.0)?;
        }
        OpenSession::load(tx, permit, user, session.0, &session.1)
    });
    opened.await?.made()
}

/// One answer for whatever is wrong.
fn refused() -> Error {
    Error::new(
        Code::LoginRefused,
        "Check them, wait for the next code, and at least ten seconds, and try again; or ask an administrator.",
    )
}

/// Opens the session of a user whose password was right a moment ago, and still is.
fn open(
    tx: &mut WriteTx<'_>,
    permit: &Permit<SystemAct>,
    (checked, known): (&User, Known),
    renewed: Option<&str>,
) -> Result<(User, (SessionId, RefreshToken))> {
    let mut user = store::find(tx, permit, checked.id)?;
    let hashes = |user: &User| {
        let others = (user.duress_hash.clone(), user.decoy_hash.clone());
        (user.password_hash.clone(), others)
    };
    if user.status != UserStatus::Active || hashes(&user) != hashes(checked) {
        return Err(refused());
    }
    if known.is_under_duress() {
        user = duress::begin(tx, &user, known)?;
    }
    if let Some(hash) = renewed {
        users::set_password(tx, &user, hash)?;
    }
    let (session, token) = refresh::open_session(tx, user.id)?;
    tx.event.set_subject(session);
    Ok((user, (session, token)))
}

/// `POST /v1/sessions/refresh`
pub async fn refresh_session(
    context: RequestContext,
    app: Data<App>,
    body: Body<RefreshRequest>,
) -> Result<Json<SessionView>> {
    let permit = Permit::<SystemAct>::system_in("refresh", context);
    let origin = permit.origin();
    let token = RefreshToken::parse(body.0.refresh_token.expose_secret()).ok_or_else(refresh::refused)?;
    // A token that was never ours names nobody: on the record it would only let a stranger fill the disk.
    let known = token.clone();
    if !app.db.unrecorded("whether a refresh token is ours", move |tx| refresh::is_known(tx, &known)).await? {
        return Err(refresh::refused());
    }
    let keyring = Arc::clone(&app.keyring);
    let event = Event::new(Action::SessionRefresh);
    let outcome = app
        .db
        .write(permit, event.clone(), move |tx, permit| {
            // A reuse is a commit and not an error: the session must end although the answer is 401.
            match refresh::carry_on(tx, &keyring, &token)? {
                Refreshed::Reused => Ok(None),
                Refreshed::CarriedOn { user, session, successor } => {
                    OpenSession::load(tx, permit, *user, session, &successor).map(Some)
                }
            }
        })
        .await
        .and_then(Given::made);
    match outcome {
        Ok(Some(session)) => Ok(Json(session.view(&app, None)?)),
        Ok(None) => Err(refresh::refused()),
        Err(error) => {
            if error.code() == Code::RefreshRefused {
                app.db.record_failure(event, origin, error.code()).await?;
            }
            Err(error)
        }
    }
}

/// `DELETE /v1/sessions/current`
pub async fn end_session(permit: Permit<AccountUpdate>, app: Data<App>) -> Result<NoContent> {
    let event = Event::new(Action::SessionEnd).subject(permit.session()?);
    app.db
        .write(permit, event, |tx, permit| {
            sessions::end(tx, permit.person()?, Ending::One(permit.session()?), SessionEnd::Logout)
        })
        .await?;
    Ok(NoContent)
}
