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
    let merged = merging::store::merged_into(tx, case)?;
    let mut rows = 0;
    for (other, _) in &merged {
        rows += erase(tx, *other)?;
        tx.also_record(&Event::new(Action::CaseErase).about(*other).subject(id).detail("survivor", case))?;
    }
    rows += erase(tx, case)?;
    tx.event.set_detail("rows", rows);
    let now = tx.now();
    store::update(
        tx,
        &read,
        ErasureRow { state: ErasureState::Erased, ended_at: Some(now), ..read.clone() },
    )?;
    Ok(())
}

/// Erases again who was erased after a backup was made, in what was restored of it. Whether the case was in it.
pub(crate) fn erase_again(tx: &mut WriteTx<'_>, erased: &Erased) -> Result<bool> {
    let case = erased.case;
    if !store::is_there(tx, case)? {
        return Ok(false);
    }
    for (other, _) in merging::store::merged_into(tx, case)? {
        erase(tx, other)?;
        tx.also_record(
            &Event::new(Action::CaseErase).about(other).subject(erased.id).detail("survivor", case),
        )?;
    }
    let rows = erase(tx, case)?;
    tx.event.set_detail("rows", rows);
    store::note_erased(tx, erased)?;
    Ok(true)
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
