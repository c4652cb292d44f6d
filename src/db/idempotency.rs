//! The answers of POSTs that were sent with an `Idempotency-Key`, kept in the commit that they answer.
//!
//! The answer is stored sealed: it may hold what a disk must not tell. A repeat, also after a crash or
//! at another server, gets the same answer; another request under the same key is refused.

use chrono::TimeDelta;
use diesel::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use super::conn::AnyConnection;
use super::schema::idempotency_keys;
use super::tx::{Tx, WriteTx, on_duplicate};
use super::types::Timestamp;
use crate::access::actor::UserId;
use crate::crypto::Keyring;
use crate::error::{Code, Error, Result};
use crate::http::idempotency::IdempotencyKey;

/// How long an answer is kept.
pub(crate) const KEPT: TimeDelta = TimeDelta::hours(24);

/// The same request came twice at once and the other one has committed: run again, it finds the answer.
#[derive(Debug, thiserror::Error)]
#[error("the same request has been answered meanwhile")]
pub(super) struct AnotherWasFirst;

#[derive(Insertable)]
#[diesel(table_name = idempotency_keys)]
struct NewAnswer<'a> {
    actor_id: UserId,
    key: &'a str,
    fingerprint: &'a [u8],
    answer: Vec<u8>,
    created_at: Timestamp,
}

/// The answer given before to the same request, if there was one.
pub(super) fn replay<T: DeserializeOwned>(
    conn: &mut AnyConnection,
    keyring: &Keyring,
    actor: UserId,
    key: &IdempotencyKey,
) -> Result<Option<T>> {
    let found: Option<(Vec<u8>, Vec<u8>)> = idempotency_keys::table
        .find((actor, key.text()))
        .select((idempotency_keys::fingerprint, idempotency_keys::answer))
        .first(conn)
        .optional()?;
    let Some((fingerprint, answer)) = found else { return Ok(None) };
    if fingerprint != key.fingerprint() {
        return Err(Error::new(
            Code::IdempotencyKeyReused,
            "This key was sent with another request. Use a new key for a new request.",
        ));
    }
    let plain = keyring.open_answer(&context(actor, key), &answer)?;
    serde_json::from_slice(&plain).map(Some).map_err(Error::internal)
}

/// Keeps the answer in the running transaction.
pub(super) fn keep<T: Serialize>(
    tx: &mut WriteTx<'_>,
    keyring: &Keyring,
    actor: UserId,
    key: &IdempotencyKey,
    answer: &T,
) -> Result<()> {
    let plain = zeroize::Zeroizing::new(serde_json::to_vec(answer).map_err(Error::internal)?);
    let row = NewAnswer {
        actor_id: actor,
        key: key.text(),
        fingerprint: key.fingerprint(),
        answer: keyring.seal_answer(&context(actor, key), &plain)?,
        created_at: tx.now(),
    };
    diesel::insert_into(idempotency_keys::table)
        .values(&row)
        .execute(tx.conn())
        .map_err(|error| on_duplicate(error, || Error::caused(Code::Overloaded, AnotherWasFirst)))?;
    Ok(())
}

/// Whether there are answers past their time.
pub(crate) fn any_old(tx: &mut Tx<'_>) -> Result<bool> {
    let oldest = tx.now().plus(-KEPT);
    let old = idempotency_keys::table.filter(idempotency_keys::created_at.lt(oldest));
    Ok(diesel::select(diesel::dsl::exists(old)).get_result(tx.conn())?)
}

/// Forgets answers that are past their time; how many they were.
pub(crate) fn forget_old(tx: &mut WriteTx<'_>) -> Result<usize> {
    let oldest = tx.now().plus(-KEPT);
    Ok(diesel::delete(idempotency_keys::table.filter(idempotency_keys::created_at.lt(oldest)))
        .execute(tx.conn())?)
}

fn context(actor: UserId, key: &IdempotencyKey) -> String {
    format!("{actor}/{}", key.text())
}
