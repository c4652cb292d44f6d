//! The second factor: codes by time (TOTP, RFC 6238), each used once, and recovery codes for when the device is lost.

pub(crate) mod model;
pub(crate) mod store;
mod totp;

use secrecy::{ExposeSecret as _, SecretString};
pub(crate) use totp::TotpSecret;

use super::gate::Ticket;
use super::one_time_code::{GoodFor, OneTimeCode};
use crate::access::UserId;
use crate::crypto::Keyring;
use crate::db::{Db, Tx, WriteTx};
use crate::error::Result;

/// A code that is right and has not been used yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Looked {
    /// Of the device, of this step.
    Step(i64),
    /// A recovery code, by its hash.
    Recovery(String),
}

/// What a login has of the second factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Offered {
    /// The user has none.
    NotEnrolled,
    /// A right code.
    Right(Looked),
    /// None, or a wrong one.
    Wrong,
}

/// Looks at what a login brings beside the password. Only whom the gate let through is looked at; and the database is asked
/// alike for whoever is not there, so that how long it takes tells nothing.
pub(crate) async fn offered(
    (db, keyring): (&Db, std::sync::Arc<Keyring>),
    ticket: Option<&Ticket>,
    user: Option<UserId>,
    code: Option<SecretString>,
) -> Result<Offered> {
    let (id, is_let_in) = (user.unwrap_or_else(UserId::generate), ticket.is_some() && user.is_some());
    let look = move |tx: &mut Tx<'_>| {
        let Some(row) = store::enrolled(tx, id)? else { return Ok(Offered::NotEnrolled) };
        let Some(code) = code.as_ref().filter(|_| is_let_in) else { return Ok(Offered::Wrong) };
        Ok(look(tx, &keyring, &row, code.expose_secret())?.map_or(Offered::Wrong, Offered::Right))
    };
    db.unrecorded("what a login brings beside the password", look).await
}

/// Whether a code is a right one of the user's, whom the gate let through.
pub(crate) async fn is_right(
    (db, keyring): (&Db, std::sync::Arc<Keyring>),
    _: &Ticket,
    user: UserId,
    code: SecretString,
) -> Result<Option<Looked>> {
    let look = move |tx: &mut Tx<'_>| {
        let Some(row) = store::enrolled(tx, user)? else { return Ok(None) };
        look(tx, &keyring, &row, code.expose_secret())
    };
    db.unrecorded("whether a code is right", look).await
}

fn look(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    row: &model::EnrolledFactor,
    code: &str,
) -> Result<Option<Looked>> {
    if let Some(code) = OneTimeCode::parse(code) {
        let hash = code.hash(GoodFor::Recovery, row.user_id);
        return Ok(store::is_unused(tx, row.user_id, &hash)?.then_some(Looked::Recovery(hash)));
    }
    let step = TotpSecret::open(keyring, row.user_id, &row.secret)?.step_of(code, tx.now());
    Ok(step.filter(|step| *step > row.last_step).map(Looked::Step))
}

/// Whether what was offered still holds, and uses it up.
pub(crate) fn holds(
    tx: &mut WriteTx<'_>,
    keyring: &Keyring,
    user: UserId,
    offered: &Offered,
) -> Result<bool> {
    match offered {
        Offered::Right(looked) => use_up(tx, keyring, user, looked),
        // Unless one was enrolled since.
        Offered::NotEnrolled => Ok(store::enrolled(tx, user)?.is_none()),
        Offered::Wrong => Ok(false),
    }
}

/// Uses it up; false when somebody was first.
pub(crate) fn use_up(tx: &mut WriteTx<'_>, keyring: &Keyring, user: UserId, looked: &Looked) -> Result<bool> {
    match looked {
        Looked::Step(step) => store::use_step(tx, user, *step)?
            .map_or(Ok(false), |row| store::seal_anew(tx, keyring, &row).map(|()| true)),
        Looked::Recovery(hash) => store::use_code(tx, user, hash),
    }
}
