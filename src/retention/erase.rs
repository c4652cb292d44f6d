//! Erasing: what `cases::holdings` says of each table is done to the case, and to those that were merged into it.

use super::codes::ErasureState;
use super::model::{ErasureId, ErasureRow};
use super::{rules, store};
use crate::access::CaseId;
use crate::audit::{Action, Event};
use crate::backup::Erased;
use crate::cases::holdings::{Erasure, HOLDINGS};
use crate::cases::merging;
use crate::db::WriteTx;
use crate::error::{Error, Result};

/// Carries an approved erasure out.
pub(super) fn carry_out(tx: &mut WriteTx<'_>, case: CaseId, id: ErasureId) -> Result<()> {
    let read = store::find(tx, case, id)?;
    let row = store::case(tx, case)?;
    let facts = store::facts(tx, &row)?;
    let is_due = read.state == ErasureState::Approved && read.due_at.is_some_and(|due| due <= tx.now());
    if !is_due || !rules::may_be_carried_out(&facts) {
        // A hold or an objection came just before.
        return Err(Error::precondition_failed());
    }
    erase_with_merged(tx, case, id)?;
    let erased = ErasureRow { state: ErasureState::Erased, ended_at: Some(tx.now()), ..read.clone() };
    store::update(tx, &read, erased).map(drop)
}

/// Erases again who was erased after a backup was made, in what was restored of it. Whether the case was in it.
pub(crate) fn erase_again(tx: &mut WriteTx<'_>, erased: &Erased) -> Result<bool> {
    let case = erased.case;
    if !store::is_there(tx, case)? {
        return Ok(false);
    }
    erase_with_merged(tx, case, erased.id)?;
    store::note_erased(tx, erased)?;
    Ok(true)
}

/// The case and those merged into it, which are the same person; each has its entry, and the case's says how many rows.
fn erase_with_merged(tx: &mut WriteTx<'_>, case: CaseId, erasure: ErasureId) -> Result<()> {
    let mut rows = 0;
    for (other, _) in merging::store::merged_into(tx, case)? {
        rows += erase(tx, other)?;
        let event = Event::new(Action::CaseErase).about(other).subject(erasure).detail("survivor", case);
        tx.also_record(&event)?;
    }
    rows += erase(tx, case)?;
    tx.event.set_detail("rows", rows);
    Ok(())
}

fn erase(tx: &mut WriteTx<'_>, case: CaseId) -> Result<usize> {
    let mut rows = 0;
    for holding in HOLDINGS {
        rows += match holding.erasure {
            Erasure::Deleted(work) | Erasure::MadeCoarse(work) => work(tx, case)?,
            Erasure::Kept(_) => 0,
        };
    }
    Ok(rows)
}
