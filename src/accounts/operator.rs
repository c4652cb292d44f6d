//! What the operator at the machine can do without logging in: the commands `init`, `user` and `hub`.
//!
//! It is on the record as done by nobody of the network, under the reason `operator`.

use secrecy::SecretString;

use super::api::UserView;
use super::codes::{SessionEnd, UserStatus};
use super::model::User;
use super::sessions::{self, Ending};
use super::username::Username;
use super::users::{self, Creation};
use super::{second_factor, store};
use crate::access::permissions::SystemAct;
use crate::access::{Permit, Role, UserId};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::db::Tx;
use crate::db::types::Country;
use crate::error::{Code, Error, Result};
use crate::network::hubs::api::HubView;
use crate::network::hubs::{self, name::HubName};

/// Far more than a network has: what a terminal can show.
const MOST_SHOWN: i64 = 10_000;

fn permit() -> Permit<SystemAct> {
    Permit::system("operator")
}

/// The first administrator, and the first entry of the log.
pub async fn set_up(app: &App, username: Username, password: SecretString) -> Result<()> {
    let started = Event::new(Action::SystemInit).detail("version", env!("CARGO_PKG_VERSION"));
    app.db.write(permit(), started, |_, _| Ok(())).await?;
    add_user(app, username, Role::Administrator, Vec::new(), password).await.map(drop)
}

/// A new user.
pub async fn add_user(
    app: &App,
    username: Username,
    role: Role,
    hubs: Vec<HubName>,
    password: SecretString,
) -> Result<UserView> {
    app.passwords.check_new("/password", &password, username.as_str()).await?;
    let id = UserId::generate();
    let password_hash = app.passwords.hash(id, password).await?;
    app.db
        .write(permit(), Event::new(Action::UserCreate), move |tx, permit| {
            let mut ids = Vec::with_capacity(hubs.len());
            for (index, name) in hubs.iter().enumerate() {
                let unknown =
                    || Error::invalid_field(format!("/hubs/{index}"), "There is no hub of this name.");
                ids.push(hubs::store::by_name(tx, name)?.ok_or_else(unknown)?.id);
            }
            let (username, password_hash) = (username.clone(), password_hash.clone());
            let user = users::create(
                tx,
                &Creation { id, username, role, status: UserStatus::Active, password_hash, hubs: ids },
            )?;
            UserView::load(tx, permit, user)
        })
        .await?
        .made()
}

/// All users.
pub async fn list_users(app: &App) -> Result<Vec<UserView>> {
    let seen = app.db.read(permit(), Event::new(Action::UserList), |tx, permit| {
        let rows = store::list(tx, permit, (None, None), None, MOST_SHOWN)?;
        rows.into_iter().map(|user| UserView::load(tx, permit, user)).collect::<Result<Vec<_>>>()
    });
    Ok(seen.await?.value)
}

/// Another role or status.
pub async fn change_user(
    app: &App,
    username: Username,
    role: Option<Role>,
    status: Option<UserStatus>,
) -> Result<UserView> {
    app.db
        .write(permit(), Event::new(Action::UserUpdate), move |tx, permit| {
            let user = named(tx, &username)?;
            let user = users::change(tx, permit, &user, role, status)?;
            UserView::load(tx, permit, user)
        })
        .await?
        .made()
}

/// Another password.
pub async fn reset_password(app: &App, username: Username, password: SecretString) -> Result<()> {
    app.passwords.check_new("/password", &password, username.as_str()).await?;
    let name = username.clone();
    let found = app.db.unrecorded("whose password is set", move |tx| store::by_name(tx, &name)).await?;
    // Whoever is not there is refused below, on the record.
    let id = found.map_or_else(UserId::generate, |user| user.id);
    let hash = app.passwords.hash(id, password).await?;
    app.db
        .write(permit(), Event::new(Action::UserPasswordReset), move |tx, _| {
            let user = named(tx, &username)?;
            users::reset_password(tx, &user, &hash)
        })
        .await?
        .made()
}

/// Takes a user's second factor away, for whoever has lost the device and the recovery codes. Every session ends; where the
/// role needs one, the next begins with enrolling another.
pub async fn reset_second_factor(app: &App, username: Username) -> Result<()> {
    app.db
        .write(permit(), Event::new(Action::FactorReset), move |tx, _| {
            let user = named(tx, &username)?;
            second_factor::store::remove(tx, user.id)?;
            sessions::end(tx, user.id, Ending::All, SessionEnd::FactorReset)
        })
        .await?
        .made()
}

/// The user of this name, noted on the event.
fn named(tx: &mut Tx<'_>, username: &Username) -> Result<User> {
    let unknown = || Error::new(Code::NotFound, "No user has this name; see `waystation user list`.");
    let user = store::by_name(tx, username)?.ok_or_else(unknown)?;
    tx.event.set_subject(user.id);
    Ok(user)
}

/// A new hub.
pub async fn add_hub(app: &App, name: HubName, country: Country) -> Result<HubView> {
    let event = Event::new(Action::HubCreate);
    app.db
        .write(permit(), event, move |tx, _| hubs::store::create(tx, &name, country).map(HubView::from))
        .await?
        .made()
}

/// All hubs.
pub async fn list_hubs(app: &App) -> Result<Vec<HubView>> {
    let event = Event::new(Action::HubList);
    let seen = app.db.read(permit(), event, |tx, permit| hubs::store::list(tx, permit, None, MOST_SHOWN));
    Ok(seen.await?.value.into_iter().map(HubView::from).collect())
}
