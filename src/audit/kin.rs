//! Cases that tell of one another, because they were merged: whoever read the survivor while the merge stood has seen
//! what was the merged case's, and what is on record of a case merged into it is on record of the survivor.

use diesel::prelude::*;

use crate::access::CaseId;
use crate::db::Tx;
use crate::db::schema::case_merges;
use crate::db::types::Timestamp;
use crate::error::Result;

/// A case of whose entries those within a stretch tell of the case that was asked about.
pub(crate) struct Kin {
    pub case: CaseId,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Kin {
    /// Whether an entry of that moment tells of it.
    pub(crate) fn holds(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at <= until)
    }
}

/// The case itself, those merged into it now, and those it was merged into while it was.
pub(crate) fn of(tx: &mut Tx<'_>, case: CaseId) -> Result<Vec<Kin>> {
    let into_it: Vec<CaseId> = case_merges::table
        .filter(case_merges::survivor_id.eq(case))
        .filter(case_merges::undone_at.is_null())
        .select(case_merges::merged_id)
        .load(tx.conn())?;
    let into_others: Vec<(CaseId, Timestamp, Option<Timestamp>)> = case_merges::table
        .filter(case_merges::merged_id.eq(case))
        .select((case_merges::survivor_id, case_merges::merged_at, case_merges::undone_at))
        .load(tx.conn())?;
    let whole = [case].into_iter().chain(into_it).map(|case| Kin { case, since: None, until: None });
    let for_a_time =
        into_others.into_iter().map(|(case, since, until)| Kin { case, since: Some(since), until });
    Ok(whole.chain(for_a_time).collect())
}
