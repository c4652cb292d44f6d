//! Queries on second factors: each user's own.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::model::{EnrolledFactor, FactorRow, RecoveryRow};
use super::totp::TotpSecret;
use crate::access::{SessionId, UserId};
use crate::accounts::one_time_code::{GoodFor, OneTimeCode};
use crate::crypto::Keyring;
use crate::db::schema::{recovery_codes, second_factors, sessions};
use crate::db::types::Timestamp;
use crate::db::{Tx, WriteTx};
use crate::error::Result;

/// A user's row, if they ever began.
pub(crate) fn find(tx: &mut Tx<'_>, user: UserId) -> Result<Option<FactorRow>> {
    Ok(second_factors::table.find(user).select(FactorRow::as_select()).first(tx.conn()).optional()?)
}

/// The factor of a user who has one.
pub(crate) fn enrolled(tx: &mut Tx<'_>, user: UserId) -> Result<Option<EnrolledFactor>> {
    let row = find(tx, user)?;
    Ok(row.and_then(|row| {
        Some(EnrolledFactor { user_id: row.user_id, secret: row.secret?, last_step: row.last_step })
    }))
}

/// Keeps a secret that is not confirmed yet, in place of any other such one.
pub(crate) fn begin(tx: &mut WriteTx<'_>, user: UserId, sealed: Vec<u8>) -> Result<()> {
    let now = tx.now();
    if find(tx, user)?.is_some() {
        diesel::update(second_factors::table.find(user))
            .set((second_factors::pending.eq(sealed), second_factors::pending_since.eq(now)))
            .execute(tx.conn())?;
        return Ok(());
    }
    let row = FactorRow {
        user_id: user,
        secret: None,
        enrolled_at: None,
        pending: Some(sealed),
        pending_since: Some(now),
        last_step: 0,
    };
    diesel::insert_into(second_factors::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// The secret that waits to be confirmed.
pub(crate) fn pending(tx: &mut Tx<'_>, user: UserId) -> Result<Option<Vec<u8>>> {
    let now = tx.now();
    Ok(find(tx, user)?.and_then(|row| row.pending(now).map(<[u8]>::to_vec)))
}

/// What was pending is the factor from now on, of which a code of this step was used; unless it is another by now.
pub(crate) fn enrol(tx: &mut WriteTx<'_>, user: UserId, pending: &[u8], step: i64) -> Result<bool> {
    let now = tx.now();
    let same = second_factors::table.find(user).filter(second_factors::pending.eq(pending));
    let changed = diesel::update(same)
        .set((
            second_factors::secret.eq(second_factors::pending),
            second_factors::enrolled_at.eq(now),
            second_factors::pending.eq(None::<Vec<u8>>),
            second_factors::pending_since.eq(None::<i64>),
            second_factors::last_step.eq(step),
        ))
        .execute(tx.conn())?;
    Ok(changed == 1)
}

/// Uses a step, if none as new was used before; the factor.
pub(super) fn use_step(tx: &mut WriteTx<'_>, user: UserId, step: i64) -> Result<Option<EnrolledFactor>> {
    let unused = second_factors::table.find(user).filter(second_factors::last_step.lt(step));
    let unused = unused.filter(second_factors::secret.is_not_null());
    if diesel::update(unused).set(second_factors::last_step.eq(step)).execute(tx.conn())? == 0 {
        return Ok(None);
    }
    enrolled(tx, user)
}

/// Seals the secret under the pepper of now, if it was under an earlier one.
pub(super) fn seal_anew(tx: &mut WriteTx<'_>, keyring: &Keyring, row: &EnrolledFactor) -> Result<()> {
    let (_, is_outdated) = keyring.open_second_factor(row.user_id, &row.secret)?;
    if is_outdated {
        let sealed = TotpSecret::open(keyring, row.user_id, &row.secret)?.seal(keyring, row.user_id)?;
        diesel::update(second_factors::table.find(row.user_id))
            .set(second_factors::secret.eq(sealed))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Whether a recovery code is the user's, and not used.
pub(super) fn is_unused(tx: &mut Tx<'_>, user: UserId, hash: &str) -> Result<bool> {
    let unused = recovery_codes::table
        .find(hash)
        .filter(recovery_codes::user_id.eq(user))
        .filter(recovery_codes::used_at.is_null());
    Ok(diesel::select(exists(unused)).get_result(tx.conn())?)
}

/// Uses a recovery code; false when it is none, or was used.
pub(super) fn use_code(tx: &mut WriteTx<'_>, user: UserId, hash: &str) -> Result<bool> {
    let now = tx.now();
    let unused = recovery_codes::table
        .filter(recovery_codes::code_hash.eq(hash))
        .filter(recovery_codes::user_id.eq(user))
        .filter(recovery_codes::used_at.is_null());
    Ok(diesel::update(unused).set(recovery_codes::used_at.eq(now)).execute(tx.conn())? == 1)
}

/// How many recovery codes are left.
pub(crate) fn codes_left(tx: &mut Tx<'_>, user: UserId) -> Result<i64> {
    let unused = recovery_codes::table
        .filter(recovery_codes::user_id.eq(user))
        .filter(recovery_codes::used_at.is_null());
    Ok(unused.count().get_result(tx.conn())?)
}

/// Puts these in place of all that there were.
pub(crate) fn replace_codes(tx: &mut WriteTx<'_>, user: UserId, codes: &[OneTimeCode]) -> Result<()> {
    let made_at = tx.now();
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user))).execute(tx.conn())?;
    for code in codes {
        let row = RecoveryRow { code_hash: code.hash(GoodFor::Recovery, user), user_id: user, made_at };
        diesel::insert_into(recovery_codes::table).values(row).execute(tx.conn())?;
    }
    Ok(())
}

/// Takes a user's factor away, with its recovery codes.
pub(crate) fn remove(tx: &mut WriteTx<'_>, user: UserId) -> Result<()> {
    replace_codes(tx, user, &[])?;
    diesel::delete(second_factors::table.find(user)).execute(tx.conn())?;
    Ok(())
}

/// Takes away what was set up at this moment or later: the factor, or recovery codes.
pub(crate) fn remove_since(tx: &mut WriteTx<'_>, user: UserId, since: Timestamp) -> Result<()> {
    let enrolled_at = find(tx, user)?.and_then(|row| row.enrolled_at);
    if enrolled_at.is_some_and(|at| at >= since) {
        return remove(tx, user);
    }
    let later = recovery_codes::table
        .filter(recovery_codes::user_id.eq(user))
        .filter(recovery_codes::made_at.ge(since));
    diesel::delete(later).execute(tx.conn())?;
    Ok(())
}

/// Notes that a code was given in this session, now.
pub(crate) fn given(tx: &mut WriteTx<'_>, session: SessionId) -> Result<()> {
    let now = tx.now();
    diesel::update(sessions::table.find(session)).set(sessions::factor_at.eq(now)).execute(tx.conn())?;
    Ok(())
}

/// Whether a secret is sealed under this version of the pepper. One that can be confirmed no more needs none. Of users
/// there are few.
pub(crate) fn any_sealed_by(tx: &mut Tx<'_>, version: i32) -> Result<bool> {
    let now = tx.now();
    let rows: Vec<FactorRow> = second_factors::table.select(FactorRow::as_select()).load(tx.conn())?;
    let mut sealed = rows.iter().flat_map(|row| [row.secret.as_deref(), row.pending(now)]).flatten();
    Ok(sealed.any(|sealed| crate::crypto::key_version(sealed) == Some(version)))
}
