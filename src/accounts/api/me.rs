//! One's own account.

use actix_web::web::Data;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::UserView;
use super::attempt::answered_before;
use crate::access::Permit;
use crate::access::permissions::{AccountRead, AccountUpdate};
use crate::accounts::codes::SessionEnd;
use crate::accounts::model::User;
use crate::accounts::own_password;
use crate::accounts::password::Known;
use crate::accounts::sessions::{self, Ending};
use crate::accounts::{duress, store};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::error::{Error, Result};
use crate::http::{Body, Json, NoContent};

/// Another password for one's own account. No `Debug`: it holds both.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "current_password": "four quiet herons at dusk", "new_password": "seven loud geese at dawn"
}))]
pub struct PasswordChangeRequest {
    /// The password until now.
    #[schema(value_type = String, format = Password)]
    current_password: SecretString,
    /// The password from now on: 12 to 128 characters.
    #[schema(value_type = String, format = Password)]
    new_password: SecretString,
}

/// `GET /v1/me`
pub async fn get_me(permit: Permit<AccountRead>, app: Data<App>) -> Result<Json<UserView>> {
    let event = Event::new(Action::AccountRead).subject(permit.person()?);
    let seen = app
        .db
        .read(permit, event, |tx, permit| {
            let user = store::find(tx, permit, permit.person()?)?;
            UserView::load(tx, permit, user)
        })
        .await?;
    Ok(Json(seen.value))
}

/// `POST /v1/me/password`
pub async fn change_password(
    permit: Permit<AccountUpdate>,
    app: Data<App>,
    body: Body<PasswordChangeRequest>,
) -> Result<NoContent> {
    let PasswordChangeRequest { current_password, new_password } = body.0;
    let own = permit.clone();
    let user = app
        .db
        .unrecorded("whose password is changed", move |tx| store::find(tx, &own, own.person()?))
        .await?;
    let event = Event::new(Action::PasswordChange).subject(user.id);
    // Before the present one is looked at, so that what is said of the new one tells nothing of it.
    app.passwords.check_new("/new_password", &new_password, user.username.as_str()).await?;
    let known = own_password::known(&app, &user, current_password).await?;
    let (origin, planned) = (permit.origin(), event.clone());
    let changed = match known {
        Some(known) => change(permit, &app, planned, (user, known), new_password).await,
        None => answered_before::<_, ()>(permit, &app, planned, wrong_password).await.map(drop),
    };
    app.db.recorded(event, origin, changed).await.map(|()| NoContent)
}

fn wrong_password() -> Error {
    Error::invalid_field("/current_password", "This is not your password until now.")
}

async fn change(
    permit: Permit<AccountUpdate>,
    app: &App,
    event: Event,
    (user, known): (User, Known),
    new_password: SecretString,
) -> Result<()> {
    // Made like the others, so that one computation tells which of them it is.
    let hash = if user.duress_hash.is_some() {
        app.passwords.hash_beside(user.id, new_password, user.password_hash.clone()).await?
    } else {
        app.passwords.hash(user.id, new_password).await?
    };
    let changed = app.db.write(permit, event, move |tx, permit| {
        sessions::end(tx, user.id, Ending::Others(permit.session()?), SessionEnd::PasswordChanged)?;
        store::update(tx, &user, &duress::another(&user, known, &hash)).map(drop)
    });
    changed.await.map(drop)
}
