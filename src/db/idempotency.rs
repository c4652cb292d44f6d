//! The answers of POSTs that were sent with an `Idempotency-Key`, kept in the commit that they answer.
//!
//! The answer is stored sealed: it may hold what a disk must not tell. It is JSON and goes out as it is, so
//! that what an earlier version kept is not read by the types of a later one. A repeat, also after a crash
//! or at another server, gets the same answer; another request under the same key is refused. What was said
//! of a case is said again only to whoever may read the case at the repeat.

use chrono::TimeDelta;
use diesel::prelude::*;
use serde::Serialize;
use serde_json::value::RawValue;

use super::schema::idempotency_keys;
use super::tx::{Tx, WriteTx, on_duplicate};
use super::types::Timestamp;
use crate::access::actor::{CaseId, UserId};
use crate::access::{Permission, Permit};
use crate::cases;
use crate::cases::code::CaseRef;
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
    case_id: Option<CaseId>,
    created_at: Timestamp,
}

/// An answer given before.
pub(super) struct Kept {
    answer: Vec<u8>,
    /// The case that the request was about.
    pub case: Option<CaseId>,
}

/// The answer given before to the same request, if there was one.
pub(super) fn kept(tx: &mut Tx<'_>, actor: UserId, key: &IdempotencyKey) -> Result<Option<Kept>> {
    let found: Option<(Vec<u8>, Vec<u8>, Option<CaseId>)> = idempotency_keys::table
        .find((actor, key.text()))
        .select((idempotency_keys::fingerprint, idempotency_keys::answer, idempotency_keys::case_id))
        .first(tx.conn())
        .optional()?;
    let Some((fingerprint, answer, case)) = found else { return Ok(None) };
    if !key.is_fingerprint(&fingerprint) {
        return Err(Error::new(
            Code::IdempotencyKeyReused,
            "This key was sent with another request. Use a new key for a new request.",
        ));
    }
    Ok(Some(Kept { answer, case }))
}

impl Kept {
    /// The answer once more, to whoever may read its case now.
    ///
    /// That is asked of the permission to read and not of the one in hand: who may open cases in a hub
    /// need not reach those that are open in it.
    pub(super) fn again<P: Permission>(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit<P>,
        keyring: &Keyring,
        (actor, key): (UserId, &IdempotencyKey),
    ) -> Result<Box<RawValue>> {
        if let Some(case) = self.case {
            // Or the case that it leads to by now.
            cases::store::named(tx, &permit.to_read_cases()?, &CaseRef::Id(case))?;
        }
        let plain = keyring.open_answer(&context(actor, key), &self.answer)?;
        serde_json::from_slice(&plain).map_err(Error::internal)
    }
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
        case_id: tx.event.case(),
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
    any_before(tx, oldest)
}

/// Whether there are answers from before this moment.
pub(crate) fn any_before(tx: &mut Tx<'_>, moment: Timestamp) -> Result<bool> {
    let before = idempotency_keys::table.filter(idempotency_keys::created_at.lt(moment));
    Ok(diesel::select(diesel::dsl::exists(before)).get_result(tx.conn())?)
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
