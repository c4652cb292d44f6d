//! One's own second factor: enrolling it, giving a code of it, its recovery codes.

use std::sync::Arc;

use actix_web::web::Data;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attempt::answered_before;
use crate::access::permissions::{AccountRead, AccountUpdate};
use crate::access::{FactorStanding, Permit, UserId};
use crate::accounts::codes::SessionEnd;
use crate::accounts::gate::Attempt;
use crate::accounts::model::User;
use crate::accounts::one_time_code::OneTimeCode;
use crate::accounts::own_password;
use crate::accounts::second_factor::{self, TotpSecret, store as factors};
use crate::accounts::sessions::{self, Ending};
use crate::accounts::store;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::db::WriteTx;
use crate::db::types::Timestamp;
use crate::error::{Error, Result, Unmet};
use crate::http::{Body, Given, Issued, Json, NoContent};
use crate::machine::{settled, unmet};

/// How one stands with the second factor.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "standing": "given", "enrolled_at": "2026-03-01T09:00:00.000000Z", "recovery_codes_left": 10
}))]
pub struct SecondFactorView {
    /// How this session stands.
    standing: FactorStanding,
    /// When it was enrolled; null when there is none.
    enrolled_at: Option<Timestamp>,
    /// Recovery codes that are not used.
    recovery_codes_left: i64,
}

/// `GET /v1/me/second-factor`
pub async fn get_second_factor(
    permit: Permit<AccountRead>,
    app: Data<App>,
) -> Result<Json<SecondFactorView>> {
    let rule = app.factors;
    let read = app.db.read(permit, Event::new(Action::FactorRead), move |tx, permit| {
        let user = permit.person()?;
        let actor = permit.actor().ok_or_else(Error::unauthenticated)?;
        Ok(SecondFactorView {
            standing: rule.standing(actor.role, actor.factor),
            enrolled_at: factors::find(tx, user)?.and_then(|row| row.enrolled_at),
            recovery_codes_left: factors::codes_left(tx, user)?,
        })
    });
    Ok(Json(read.await?.value))
}

/// Who begins. No `Debug`: it holds a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"current_password": "four quiet herons at dusk"}))]
pub struct BeginSecondFactorRequest {
    /// The password, so that nobody enrols their own device at a session that was left open.
    #[schema(value_type = String, format = Password)]
    current_password: SecretString,
}

/// What an authenticator app is given. It counts for nothing until a code of it is confirmed, within ten minutes.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    "otpauth": "otpauth://totp/Waystation:heron?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Waystation",
    "qr_code": "<svg/>"
}))]
pub struct BegunSecondFactor {
    /// The secret in base 32, to be typed.
    secret: String,
    /// The same as an address that apps open.
    otpauth: String,
    /// The same as a picture to scan (SVG).
    qr_code: String,
}

/// `POST /v1/me/second-factor`
pub async fn begin_second_factor(
    permit: Permit<AccountUpdate>,
    app: Data<App>,
    body: Body<BeginSecondFactorRequest>,
) -> Result<Issued<BegunSecondFactor>> {
    // Another device in place of the one that is enrolled is for whoever has that one.
    permit.require_fresh_factor()?;
    let own = permit.clone();
    let user =
        app.db.unrecorded("who enrols a second factor", move |tx| store::find(tx, &own, own.person()?));
    let user = user.await?;
    let event = Event::new(Action::FactorBegin).subject(user.id);
    let (origin, planned) = (permit.origin(), event.clone());
    let known = own_password::known(&app, &user, body.0.current_password).await?;
    let begun =
        if known.is_some() { begin(permit, &app, planned, user).await } else { Err(own_password::wrong()) };
    app.db.recorded(event, origin, begun).await.map(Issued)
}

async fn begin(
    permit: Permit<AccountUpdate>,
    app: &App,
    event: Event,
    user: User,
) -> Result<Given<BegunSecondFactor>> {
    let keyring = Arc::clone(&app.keyring);
    let begun = app.db.write(permit, event, move |tx, _| {
        let secret = TotpSecret::generate();
        factors::begin(tx, user.id, secret.seal(&keyring, user.id)?)?;
        let account = user.username.as_str();
        Ok(BegunSecondFactor {
            secret: secret.to_base32(),
            otpauth: secret.otpauth(account)?,
            qr_code: secret.qr_code(account)?,
        })
    });
    begun.await
}

/// A code. No `Debug`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "287082"}))]
pub struct CodeRequest {
    /// Six digits of the device; to give it in a session, a recovery code too.
    #[schema(value_type = String)]
    code: SecretString,
}

/// How many somebody has.
const RECOVERY_CODES: usize = 10;

/// For when the device is lost: each is good once in place of a code. They are shown this once.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"recovery_codes": ["0A1B2-C3D4E-5F6G7-H8J9K"]}))]
pub struct RecoveryCodes {
    /// Ten of them, to be kept on paper, away from the device.
    recovery_codes: Vec<String>,
}

impl RecoveryCodes {
    fn make(tx: &mut WriteTx<'_>, user: UserId) -> Result<Self> {
        let codes = [(); RECOVERY_CODES].map(|()| OneTimeCode::generate());
        factors::replace_codes(tx, user, &codes)?;
        Ok(Self { recovery_codes: codes.iter().map(OneTimeCode::to_text).collect() })
    }
}

fn wrong_code() -> Error {
    Error::invalid_field(
        "/code",
        "This is no code of your second factor, or it was used already: wait for the next one.",
    )
}

fn none_begun() -> Error {
    let guard =
        unmet("second_factor_begun", "Begin with POST /v1/me/second-factor; it waits for ten minutes.");
    Error::unmet(vec![guard])
}

/// `POST /v1/me/second-factor/confirmation`
///
/// Every other session ends: none of them has given a code.
pub async fn confirm_second_factor(
    permit: Permit<AccountUpdate>,
    app: Data<App>,
    body: Body<CodeRequest>,
) -> Result<Issued<RecoveryCodes>> {
    permit.require_fresh_factor()?;
    let (user, session) = (permit.person()?, permit.session()?);
    let event = Event::new(Action::FactorEnrol).subject(user);
    let (origin, planned) = (permit.origin(), event.clone());
    let Some(ticket) = app.gate.enter(&app.db, Attempt::OwnCode(user)).await? else {
        return app.db.recorded(event, origin, Err(wrong_code())).await;
    };
    let pending = app.db.unrecorded("what waits to be confirmed", move |tx| factors::pending(tx, user));
    let Some(pending) = pending.await? else {
        ticket.unchecked();
        let confirmed = answered_before(permit, &app, planned, none_begun).await;
        return app.db.recorded(event, origin, confirmed).await.map(Issued);
    };
    let secret = TotpSecret::open(&app.keyring, user, &pending)?;
    let enrolled = match secret.step_of(body.0.code.expose_secret(), app.clock.now()) {
        None => Err(wrong_code()),
        Some(step) => {
            let written = app.db.write(permit, planned, move |tx, _| {
                if !factors::enrol(tx, user, &pending, step)? {
                    return Err(Error::precondition_failed());
                }
                factors::given(tx, session)?;
                sessions::end(tx, user, Ending::Others(session), SessionEnd::FactorEnrolled)?;
                RecoveryCodes::make(tx, user)
            });
            written.await
        }
    };
    if enrolled.is_ok() {
        ticket.right();
    }
    app.db.recorded(event, origin, enrolled).await.map(Issued)
}

/// `POST /v1/me/second-factor/recovery-codes`
///
/// The ten before count no more.
pub async fn renew_recovery_codes(
    permit: Permit<AccountUpdate>,
    app: Data<App>,
) -> Result<Issued<RecoveryCodes>> {
    permit.require_fresh_factor()?;
    let event = Event::new(Action::FactorCodes).subject(permit.person()?);
    let written = app.db.write(permit, event, move |tx, permit| {
        let user = permit.person()?;
        if factors::enrolled(tx, user)?.is_none() {
            return Err(Error::unmet(vec![none_enrolled()]));
        }
        RecoveryCodes::make(tx, user)
    });
    written.await.map(Issued)
}

fn none_enrolled() -> Unmet {
    unmet("second_factor_enrolled", "you have none: enrol one with POST /v1/me/second-factor")
}

/// `DELETE /v1/me/second-factor`
pub async fn remove_second_factor(permit: Permit<AccountUpdate>, app: Data<App>) -> Result<NoContent> {
    permit.require_fresh_factor()?;
    let event = Event::new(Action::FactorRemove).subject(permit.person()?);
    let removed = app.db.write(permit, event, move |tx, permit| {
        let user = permit.person()?;
        let mut missing = Vec::new();
        if factors::enrolled(tx, user)?.is_none() {
            missing.push(none_enrolled());
        }
        if permit.needs_factor() {
            missing.push(unmet(
                "second_factor_not_needed",
                "your role needs one: put another in its place with POST /v1/me/second-factor",
            ));
        }
        settled(missing).map_err(Error::unmet)?;
        factors::remove(tx, user)
    });
    removed.await?;
    Ok(NoContent)
}

/// `POST /v1/sessions/current/second-factor`
pub async fn give_second_factor(
    permit: Permit<AccountUpdate>,
    app: Data<App>,
    body: Body<CodeRequest>,
) -> Result<NoContent> {
    let (user, session) = (permit.person()?, permit.session()?);
    let event = Event::new(Action::FactorGive).subject(user);
    let (origin, planned) = (permit.origin(), event.clone());
    let Some(ticket) = app.gate.enter(&app.db, Attempt::OwnCode(user)).await? else {
        return app.db.recorded(event, origin, Err(wrong_code())).await;
    };
    let database = (&app.db, Arc::clone(&app.keyring));
    let given = match second_factor::is_right(database, &ticket, user, body.0.code).await? {
        None => {
            let given = answered_before::<_, ()>(permit, &app, planned, wrong_code).await.map(drop);
            // No right code either: else a request that is kept would take back what was guessed wrongly.
            if given.is_ok() {
                ticket.unchecked();
            }
            return app.db.recorded(event, origin, given).await.map(|()| NoContent);
        }
        Some(looked) => {
            let keyring = Arc::clone(&app.keyring);
            let written = app.db.write(permit, planned, move |tx, _| {
                if !second_factor::use_up(tx, &keyring, user, &looked)? {
                    return Err(wrong_code());
                }
                factors::given(tx, session)
            });
            written.await.map(drop)
        }
    };
    if given.is_ok() {
        ticket.right();
    }
    app.db.recorded(event, origin, given).await.map(|()| NoContent)
}
