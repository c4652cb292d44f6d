//! Choosing a password for when one is made to log in, and giving whoever was their access back.

use actix_web::web::Data;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::attempt::answered_before;
use crate::access::permissions::{AccountUpdate, DuressLift};
use crate::access::{Permit, UserId};
use crate::accounts::duress::{self, Hashes};
use crate::accounts::model::User;
use crate::accounts::own_password;
use crate::accounts::password::Known;
use crate::accounts::store;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::error::{Error, Result};
use crate::http::{Body, NoContent, Path};
use crate::machine::unmet;

/// A password that says that one is made to log in. No `Debug`: it holds both.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "current_password": "four quiet herons at dusk", "duress_password": "seven loud geese at dawn"
}))]
pub struct DuressPasswordRequest {
    /// The password.
    #[schema(value_type = String, format = Password)]
    current_password: SecretString,
    /// The other one: 12 to 128 characters; null for none any more.
    #[schema(value_type = Option<String>, format = Password)]
    duress_password: Option<SecretString>,
}

/// `POST /v1/me/duress-password`
///
/// No answer tells whether there is one.
pub async fn set_duress_password(
    permit: Permit<AccountUpdate>,
    app: Data<App>,
    body: Body<DuressPasswordRequest>,
) -> Result<NoContent> {
    let DuressPasswordRequest { current_password, duress_password } = body.0;
    let own = permit.clone();
    let user = app
        .db
        .unrecorded("who chooses a duress password", move |tx| store::find(tx, &own, own.person()?))
        .await?;
    let event = Event::new(Action::DuressSet).subject(user.id);
    if let Some(password) = &duress_password {
        app.passwords.check_new("/duress_password", password, user.username.as_str()).await?;
    }
    let known = own_password::known(&app, &user, current_password.clone()).await?;
    let given = duress_password.map(|duress| (current_password, duress));
    let (origin, planned) = (permit.origin(), event.clone());
    let set = match known {
        Some(known) => choose(permit, &app, planned, (user, known), given).await,
        None => answered_before::<_, ()>(permit, &app, planned, own_password::wrong).await.map(drop),
    };
    app.db.recorded(event, origin, set).await.map(|()| NoContent)
}

async fn choose(
    permit: Permit<AccountUpdate>,
    app: &App,
    event: Event,
    (user, known): (User, Known),
    given: Option<(SecretString, SecretString)>,
) -> Result<()> {
    let hashes = match given {
        Some(given) => Some(hashed(app, (&user, known), given).await?),
        None => None,
    };
    // Compared as they were given, whichever the first is: else it would be told which.
    if hashes.as_ref().is_some_and(Hashes::are_one) {
        return Err(Error::invalid_field("/duress_password", "Choose another one than your password."));
    }
    let done = app.db.write(permit, event, move |tx, _| match known {
        Known::Password => duress::set_password(tx, &user, hashes.clone()),
        // Whoever makes them choose another is answered as if they had, and can try whether it works.
        Known::DuressPassword => duress::set_decoy(tx, &user, hashes.clone().map(|hashes| hashes.duress)),
        Known::DecoyPassword => Ok(()),
    });
    done.await.map(drop)
}

/// Both, the second made as the first is; the first anew where its cost or pepper is of yesterday, since both passwords are
/// known here alone.
async fn hashed(
    app: &App,
    (user, known): (&User, Known),
    (own, duress): (SecretString, SecretString),
) -> Result<Hashes> {
    let own = if known == Known::Password && app.passwords.is_outdated(&user.password_hash) {
        app.passwords.hash(user.id, own).await?
    } else {
        app.passwords.hash_beside(user.id, own, user.password_hash.clone()).await?
    };
    let duress = app.passwords.hash_beside(user.id, duress, own.clone()).await?;
    Ok(Hashes { own, duress })
}

/// `DELETE /v1/users/{user}/duress`
pub async fn lift_duress(
    permit: Permit<DuressLift>,
    app: Data<App>,
    path: Path<UserId>,
) -> Result<NoContent> {
    let id = path.0;
    let event = Event::new(Action::DuressLift).subject(id);
    let lifted = app.db.write(permit, event, move |tx, permit| {
        let user = store::find(tx, permit, id)?;
        if permit.user() == Some(user.id) {
            let guard = unmet("lifted_by_another", "somebody else says that you are safe");
            return Err(Error::unmet(vec![guard]));
        }
        duress::lift(tx, &user)
    });
    lifted.await?;
    Ok(NoContent)
}
