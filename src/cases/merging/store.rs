//! Queries on merges and on the rows they moved.

use std::collections::BTreeMap;

use diesel::dsl::{count_star, exists};
use diesel::prelude::*;

use super::codes::MergeUndoReason;
use super::model::{MergeId, MergeRow, MovedRow};
use super::rules::Side;
use crate::access::{CaseId, Permission, Permit, UserId};
use crate::cases::code::CaseCode;
use crate::cases::model::Case;
use crate::cases::scope::reached;
use crate::db::schema::{case_merge_rows, case_merges, cases};
use crate::db::types::Timestamp;
use crate::db::{Tx, WriteTx, changed_one, on_duplicate};
use crate::error::{Error, Result};
use crate::retention;

/// The cases that stand merged into this one, with their codes, the first merged first.
pub(crate) fn merged_into(tx: &mut Tx<'_>, survivor: CaseId) -> Result<Vec<(CaseId, CaseCode)>> {
    Ok(case_merges::table
        .inner_join(cases::table.on(cases::id.eq(case_merges::merged_id)))
        .filter(case_merges::survivor_id.eq(survivor))
        .filter(case_merges::undone_at.is_null())
        .order((case_merges::merged_at, case_merges::id))
        .select((cases::id, cases::code))
        .load(tx.conn())?)
}

/// The merge by which a case leads to another one now.
pub(crate) fn standing(tx: &mut Tx<'_>, merged: CaseId) -> Result<Option<MergeRow>> {
    Ok(case_merges::table
        .filter(case_merges::merged_id.eq(merged))
        .filter(case_merges::undone_at.is_null())
        .select(MergeRow::as_select())
        .first(tx.conn())
        .optional()?)
}

/// What the rules ask of a case.
pub(super) fn side(tx: &mut Tx<'_>, case: &Case) -> Result<Side> {
    let merges = case_merges::table
        .filter(case_merges::survivor_id.eq(case.id))
        .filter(case_merges::undone_at.is_null());
    Ok(Side {
        status: case.status,
        restricted: case.restricted,
        erased: retention::store::is_erased(tx, case.id)?,
        holds_a_merge: diesel::select(exists(merges)).get_result(tx.conn())?,
    })
}

/// A new merge.
pub(super) fn insert(tx: &mut WriteTx<'_>, row: &MergeRow) -> Result<()> {
    diesel::insert_into(case_merges::table)
        .values(row)
        .execute(tx.conn())
        .map_err(|error| on_duplicate(error, Error::precondition_failed))?;
    Ok(())
}

/// Notes which rows of a table moved.
pub(super) fn insert_moved(
    tx: &mut WriteTx<'_>,
    merge_id: MergeId,
    of_table: &str,
    rows: &[String],
) -> Result<()> {
    for row_id in rows {
        let row = MovedRow { merge_id, of_table, row_id };
        diesel::insert_into(case_merge_rows::table).values(&row).execute(tx.conn())?;
    }
    Ok(())
}

/// The rows of a table that a merge moved.
pub(super) fn moved(tx: &mut Tx<'_>, merge: MergeId, of_table: &str) -> Result<Vec<String>> {
    Ok(case_merge_rows::table
        .filter(case_merge_rows::merge_id.eq(merge))
        .filter(case_merge_rows::of_table.eq(of_table))
        .order(case_merge_rows::row_id)
        .select(case_merge_rows::row_id)
        .load(tx.conn())?)
}

/// A merge by which the case is a survivor.
pub(super) fn of_survivor(tx: &mut Tx<'_>, survivor: &Case, id: MergeId) -> Result<MergeRow> {
    Ok(case_merges::table
        .find(id)
        .filter(case_merges::survivor_id.eq(survivor.id))
        .select(MergeRow::as_select())
        .first(tx.conn())?)
}

/// Marks a merge that stands as undone.
pub(super) fn mark_undone(
    tx: &mut WriteTx<'_>,
    merge: &MergeRow,
    reason: MergeUndoReason,
    by: UserId,
) -> Result<()> {
    let now = tx.now();
    let stands = case_merges::table.find(merge.id).filter(case_merges::undone_at.is_null());
    let undone = (
        case_merges::undone_reason.eq(reason),
        case_merges::undone_by.eq(by),
        case_merges::undone_at.eq(now),
    );
    changed_one(diesel::update(stands).set(undone).execute(tx.conn())?)
}

/// The merges of a case, to it and from it, the latest first, after `start`.
pub(super) fn of_case(
    tx: &mut Tx<'_>,
    case: &Case,
    start: Option<(Timestamp, MergeId)>,
    limit: i64,
) -> Result<Vec<MergeRow>> {
    use case_merges::{id, merged_at, merged_id, survivor_id};
    let mut found: BTreeMap<(Timestamp, MergeId), MergeRow> = BTreeMap::new();
    // Each way by the index that serves it.
    for to_it in [true, false] {
        let mut query = case_merges::table.into_boxed();
        query =
            if to_it { query.filter(survivor_id.eq(case.id)) } else { query.filter(merged_id.eq(case.id)) };
        if let Some((at, after)) = start {
            query = query.filter(merged_at.lt(at).or(merged_at.eq(at).and(id.lt(after))));
        }
        let rows: Vec<MergeRow> = query
            .order((merged_at.desc(), id.desc()))
            .limit(limit)
            .select(MergeRow::as_select())
            .load(tx.conn())?;
        found.extend(rows.into_iter().map(|row| ((row.merged_at, row.id), row)));
    }
    let most = usize::try_from(limit).map_err(Error::internal)?;
    Ok(found.into_values().rev().take(most).collect())
}

/// How many rows of which table each of the merges moved.
pub(super) fn counts(tx: &mut Tx<'_>, merges: &[MergeId]) -> Result<BTreeMap<MergeId, Vec<(String, i64)>>> {
    let columns = (case_merge_rows::merge_id, case_merge_rows::of_table);
    let rows: Vec<(MergeId, String, i64)> = case_merge_rows::table
        .filter(case_merge_rows::merge_id.eq_any(merges))
        .group_by(columns)
        .select((case_merge_rows::merge_id, case_merge_rows::of_table, count_star()))
        .load(tx.conn())?;
    let mut counts: BTreeMap<MergeId, Vec<(String, i64)>> = BTreeMap::new();
    for (merge, table, rows) in rows {
        counts.entry(merge).or_default().push((table, rows));
    }
    for tables in counts.values_mut() {
        tables.sort_unstable();
    }
    Ok(counts)
}

/// The codes of cases: of each that stands merged with `case`, which was found within reach, and of those
/// others that the permit reaches by themselves. A merge that was undone tells nobody of a case.
pub(super) fn codes<P: Permission>(
    tx: &mut Tx<'_>,
    permit: &Permit<P>,
    case: &Case,
    ids: &[CaseId],
) -> Result<BTreeMap<CaseId, CaseCode>> {
    let known = reached(permit, tx.now());
    let with_it = cases::id.eq(case.id).or(cases::merged_into.assume_not_null().eq(case.id));
    let rows: Vec<(CaseId, CaseCode)> = cases::table
        .filter(cases::id.eq_any(ids))
        .filter(with_it.or(known))
        .select((cases::id, cases::code))
        .load(tx.conn())?;
    Ok(rows.into_iter().collect())
}
