//! Pairs of cases that may be of one person.

use diesel::prelude::*;

use super::{BackupPart, Erasure, Holding, Merge, OwnCopy, Undo};
use crate::access::CaseId;
use crate::cases::search::duplicates::DuplicateState;
use crate::db::WriteTx;
use crate::db::schema::duplicate_candidates as pairs;
use crate::error::Result;

/// The pairs of a case.
pub(super) const HOLDING: Holding = Holding {
    table: "duplicate_candidates",
    merge: Merge::Told(|tx, survivor, merged| told(tx, (survivor, merged), DuplicateState::Merged)),
    undo: Undo::Told(|tx, survivor, merged| told(tx, (survivor, merged), DuplicateState::Open)),
    erasure: Erasure::Deleted(|tx, case| {
        let of_case = pairs::lower_case.eq(case).or(pairs::upper_case.eq(case));
        Ok(diesel::delete(pairs::table.filter(of_case)).execute(tx.conn())?)
    }),
    own_copy: OwnCopy::Nothing("it is about somebody else as much"),
    backup: BackupPart::Data,
};

/// The pair of the two, if they were ever noted as one.
fn told(tx: &mut WriteTx<'_>, (one, other): (CaseId, CaseId), state: DuplicateState) -> Result<()> {
    let (lower, upper) = if one.as_str() <= other.as_str() { (one, other) } else { (other, one) };
    let decided_at = (state == DuplicateState::Merged).then(|| tx.now());
    let pair = pairs::table.filter(pairs::lower_case.eq(lower)).filter(pairs::upper_case.eq(upper));
    diesel::update(pair)
        .set((
            pairs::state.eq(state),
            pairs::decided_at.eq(decided_at),
            pairs::version.eq(pairs::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}
