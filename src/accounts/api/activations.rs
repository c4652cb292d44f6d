//! Whoever was let in chooses a password, with a code that two people gave.

use actix_web::web::Data;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::{Permit, UserId};
use crate::accounts::codes::UserStatus;
use crate::accounts::gate::Attempt;
use crate::accounts::grants::activate::{activate, good};
use crate::accounts::model::User;
use crate::accounts::one_time_code::OneTimeCode;
use crate::accounts::store;
use crate::accounts::username::Username;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::error::{Code, Error, Result};
use crate::http::context::RequestContext;
use crate::http::{Body, NoContent};

/// Who chooses. No `Debug`: it holds a code and a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "username": "heron", "code": "0A1B2-C3D4E-5F6G7-H8J9K", "password": "four quiet herons at dusk"
}))]
pub struct ActivationRequest {
    /// The pseudonym.
    username: String,
    /// The code, which was handed over in person.
    #[schema(value_type = String)]
    code: SecretString,
    /// The password from now on: 12 to 128 characters.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

fn refused() -> Error {
    Error::new(
        Code::ActivationRefused,
        "The username or the code is wrong, or the code was used or is too old: whoever gave it can be asked for another.",
    )
}

/// `POST /v1/activations`
pub async fn activate_account(
    context: RequestContext,
    app: Data<App>,
    body: Body<ActivationRequest>,
) -> Result<NoContent> {
    let address = context.address;
    let permit = Permit::system_in("activation", context);
    let ActivationRequest { username, code, password } = body.0;
    let username: Option<Username> = username.parse().ok();
    let user = match username {
        Some(name) => app.db.unrecorded("who is activated", move |tx| store::by_name(tx, &name)).await?,
        None => None,
    };
    let (origin, event) = (permit.origin(), Event::new(Action::UserActivate));
    let event = user.iter().fold(event, |event, user| event.subject(user.id));
    // A code has a hundred random bits: nobody guesses one, and nobody may keep somebody from using theirs.
    let attempt = Attempt::Stranger { user: None, device: None, address };
    let ticket = app.gate.enter(&app.db, attempt).await?;
    let code = OneTimeCode::parse(code.expose_secret()).filter(|_| ticket.is_some());
    match look(&app, user, code).await? {
        Found::Right(user, code) => {
            if let Some(ticket) = ticket {
                ticket.right();
            }
            let chosen = choose(&app, permit, *user, code, password).await;
            app.db.recorded(event, origin, chosen).await
        }
        Found::Wrong(user) => {
            // Neither may a stranger fill the log: a few wrong codes of an account that waits for one tell enough.
            let told = app.gate.enter(&app.db, Attempt::Activation(user)).await?;
            if told.is_some() { app.db.recorded(event, origin, Err(refused())).await } else { Err(refused()) }
        }
        Found::Nobody => Err(refused()),
    }
    .map(|()| NoContent)
}

/// What a name and a code are.
enum Found {
    /// The code lets this user in.
    Right(Box<User>, OneTimeCode),
    /// It does not, and the user waits for one.
    Wrong(UserId),
    /// Nobody waits for one by this name.
    Nobody,
}

/// Asks the same of everybody: how long it takes tells nothing of who there is.
async fn look(app: &App, user: Option<User>, code: Option<OneTimeCode>) -> Result<Found> {
    let look = move |tx: &mut crate::db::Tx<'_>| {
        let id = user.as_ref().map_or_else(UserId::generate, |user| user.id);
        let offered = code.clone().unwrap_or_else(OneTimeCode::generate);
        let is_good = good(tx, id, &offered)?.is_some();
        let waits = user.clone().filter(|user| user.status == UserStatus::Invited);
        Ok(match waits {
            Some(user) if is_good => Found::Right(Box::new(user), offered),
            Some(user) => Found::Wrong(user.id),
            None => Found::Nobody,
        })
    };
    app.db.unrecorded("whether a code is right", look).await
}

async fn choose(
    app: &App,
    permit: Permit<crate::access::permissions::SystemAct>,
    user: User,
    code: OneTimeCode,
    password: SecretString,
) -> Result<()> {
    app.passwords.check_new("/password", &password, user.username.as_str()).await?;
    let hash = app.passwords.hash(user.id, password).await?;
    let event = Event::new(Action::UserActivate).by(user.id).subject(user.id);
    let done =
        app.db.write(
            permit,
            event,
            move |tx, _| {
                if activate(tx, &user, &code, &hash)? { Ok(()) } else { Err(refused()) }
            },
        );
    done.await.map(drop)
}
