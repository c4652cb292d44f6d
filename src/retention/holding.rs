//! What becomes of the rows of this domain themselves.

use super::store;
use crate::access::CaseId;
use crate::cases::holdings::{BackupPart, Erasure, Holding, Merge, OwnCopy, Undo};
use crate::cases::model::Case;
use crate::db::Tx;
use crate::error::{Result, Unmet};
use crate::machine::unmet;

/// Requests to erase a person.
pub(crate) const ERASURES: Holding = Holding {
    table: "erasures",
    merge: Merge::Refuses(|tx, survivor, duplicate| {
        either(tx, (survivor, duplicate), store::has_open, || {
            unmet("no_open_erasure", "one of the two is to be erased: decide that first, or take it back")
        })
    }),
    undo: Undo::Nothing("no merge is made over one"),
    erasure: Erasure::Kept("it says that and when, and nothing of the person"),
    own_copy: OwnCopy::Nothing("it holds nothing of the person"),
    backup: BackupPart::Data,
};

/// Holds.
pub(crate) const HOLDS: Holding = Holding {
    table: "legal_holds",
    merge: Merge::Refuses(|tx, survivor, duplicate| {
        either(tx, (survivor, duplicate), store::is_held, || {
            unmet("no_legal_hold", "a legal hold stands on one of the two: what it holds must stay as it is")
        })
    }),
    undo: Undo::Nothing("no merge is made over one that stands"),
    erasure: Erasure::Kept("it says that and when, and nothing of the person"),
    own_copy: OwnCopy::Nothing("whoever holds a case may have reasons not to tell"),
    backup: BackupPart::Data,
};

fn either(
    tx: &mut Tx<'_>,
    (survivor, duplicate): (&Case, &Case),
    asks: fn(&mut Tx<'_>, CaseId) -> Result<bool>,
    then: impl FnOnce() -> Unmet,
) -> Result<Option<Unmet>> {
    Ok((asks(tx, survivor.id)? || asks(tx, duplicate.id)?).then(then))
}
