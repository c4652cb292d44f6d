//! Queries on the reading budget.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::model::{Allowance, CaseReading};
use super::rules::{DAY, HOUR, Opened};
use crate::access::{CaseId, UserId};
use crate::db::schema::{case_readings, reading_allowances};
use crate::db::types::Timestamp;
use crate::db::{Tx, WriteTx};
use crate::error::Result;

/// Whether the case counts already, in the hour and so in the day.
pub(super) fn counts(tx: &mut Tx<'_>, user: UserId, case: CaseId) -> Result<bool> {
    let counted: Option<Timestamp> = case_readings::table
        .find((user, case))
        .select(case_readings::counted_at)
        .first(tx.conn())
        .optional()?;
    Ok(counted.is_some_and(|at| at > tx.now().plus(-HOUR)))
}

/// When each case that counts was counted, the oldest first; not those of `but`.
pub(super) fn counted(tx: &mut Tx<'_>, user: UserId, but: Option<CaseId>) -> Result<Vec<Timestamp>> {
    Ok(case_readings::table
        .filter(case_readings::user_id.eq(user))
        .filter(case_readings::counted_at.gt(tx.now().plus(-DAY)))
        .filter(case_readings::case_id.ne_all(but))
        .order(case_readings::counted_at)
        .select(case_readings::counted_at)
        .load(tx.conn())?)
}

/// How many they are.
pub(super) fn opened(counted: &[Timestamp], now: Timestamp) -> Opened {
    let of_late = counted.iter().filter(|at| **at > now.plus(-HOUR)).count();
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    Opened { hour: count(of_late), day: count(counted.len()) }
}

/// Counts a case from now on.
pub(super) fn count(tx: &mut WriteTx<'_>, user: UserId, case: CaseId) -> Result<()> {
    let counted_at = tx.now();
    let before = case_readings::table.find((user, case));
    let changed = diesel::update(before).set(case_readings::counted_at.eq(counted_at)).execute(tx.conn())?;
    if changed == 0 {
        let row = CaseReading { user_id: user, case_id: case, counted_at };
        diesel::insert_into(case_readings::table).values(row).execute(tx.conn())?;
    }
    Ok(())
}

/// What was allowed, and told.
pub(super) fn allowance(tx: &mut Tx<'_>, user: UserId) -> Result<Option<Allowance>> {
    Ok(reading_allowances::table.find(user).select(Allowance::as_select()).first(tx.conn()).optional()?)
}

/// Puts it in place of what there was.
pub(super) fn put(tx: &mut WriteTx<'_>, row: &Allowance) -> Result<()> {
    if diesel::update(reading_allowances::table.find(row.user_id)).set(row).execute(tx.conn())? == 0 {
        diesel::insert_into(reading_allowances::table).values(row).execute(tx.conn())?;
    }
    Ok(())
}

/// Whether something counts no more.
pub(crate) fn any_old(tx: &mut Tx<'_>) -> Result<bool> {
    let old = case_readings::table.filter(case_readings::counted_at.le(tx.now().plus(-DAY)));
    Ok(diesel::select(exists(old)).get_result(tx.conn())?)
}

/// Forgets what counts no more.
pub(crate) fn forget_old(tx: &mut WriteTx<'_>) -> Result<()> {
    let old = tx.now().plus(-DAY);
    diesel::delete(case_readings::table.filter(case_readings::counted_at.le(old))).execute(tx.conn())?;
    Ok(())
}
