//! What is kept of merges themselves.

use diesel::prelude::*;

use super::{BackupPart, Erasure, Holding, Merge, OwnCopy, Undo};
use crate::access::CaseId;
use crate::db::WriteTx;
use crate::db::schema::{case_merge_places, case_merge_rows, case_merges};
use crate::error::Result;

const STAYS: Merge = Merge::Stays("it says what an earlier merge did, which may still be undone");
const DONE: Undo = Undo::Nothing("it says what the merge did; that it was undone stands beside it");
const NOT_THEIRS: OwnCopy =
    OwnCopy::Nothing("it tells how the network kept its files, and nothing of the person");

/// The merges.
pub(super) const MERGES: Holding = Holding {
    table: "case_merges",
    merge: STAYS,
    undo: DONE,
    erasure: Erasure::Deleted(|tx, case| {
        let with_it = case_merges::survivor_id.eq(case).or(case_merges::merged_id.eq(case));
        Ok(diesel::delete(case_merges::table.filter(with_it)).execute(tx.conn())?)
    }),
    own_copy: NOT_THEIRS,
    backup: BackupPart::Data,
};

/// The rows that they moved.
pub(super) const MERGE_ROWS: Holding = Holding {
    table: "case_merge_rows",
    merge: STAYS,
    undo: DONE,
    erasure: Erasure::Deleted(|tx, case| {
        let of_it = case_merge_rows::merge_id.eq_any(merges_of(tx, case)?);
        Ok(diesel::delete(case_merge_rows::table.filter(of_it)).execute(tx.conn())?)
    }),
    own_copy: NOT_THEIRS,
    backup: BackupPart::Data,
};

/// The places that they gave.
pub(super) const MERGE_PLACES: Holding = Holding {
    table: "case_merge_places",
    merge: STAYS,
    undo: DONE,
    erasure: Erasure::Deleted(|tx, case| {
        let of_it = case_merge_places::merge_id.eq_any(merges_of(tx, case)?);
        Ok(diesel::delete(case_merge_places::table.filter(of_it)).execute(tx.conn())?)
    }),
    own_copy: NOT_THEIRS,
    backup: BackupPart::Data,
};

fn merges_of(tx: &mut WriteTx<'_>, case: CaseId) -> Result<Vec<String>> {
    let with_it = case_merges::survivor_id.eq(case).or(case_merges::merged_id.eq(case));
    Ok(case_merges::table.filter(with_it).select(case_merges::id).load(tx.conn())?)
}
