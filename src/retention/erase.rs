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

/// Erases again who was erased after a backup was made, in what was restored of it. Whether any of it was there.
///
/// It is what the certificate names: what was merged when the backup was made may have been parted since, and the other
/// way round.
pub(crate) fn erase_again(tx: &mut WriteTx<'_>, erased: &Erased) -> Result<bool> {
    let mut merged = Vec::new();
    for case in &erased.merged {
        if store::is_there(tx, *case)? {
            merged.push(*case);
        }
    }
    if store::is_there(tx, erased.case)? {
        erase_together(tx, erased.case, merged, erased.id)?;
        store::note_erased(tx, erased)?;
        return Ok(true);
    }
    for case in &merged {
        erase(tx, *case)?;
        tx.also_record(&Event::new(Action::CaseErase).about(*case).subject(erased.id))?;
    }
    Ok(!merged.is_empty())
}

/// The case and those merged into it, which are the same person.
fn erase_with_merged(tx: &mut WriteTx<'_>, case: CaseId, erasure: ErasureId) -> Result<()> {
    let merged = merging::store::merged_into(tx, case)?.into_iter().map(|(other, _)| other).collect();
    erase_together(tx, case, merged, erasure)
}

/// Each has its entry, and the case's says how many rows went of all of them.
fn erase_together(tx: &mut WriteTx<'_>, case: CaseId, merged: Vec<CaseId>, erasure: ErasureId) -> Result<()> {
    let mut rows = 0;
    for other in merged {
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
            Erasure::Deleted(work) | Erasure::MadeCoarse(work) | Erasure::Emptied(work) => work(tx, case)?,
            Erasure::Kept(_) => 0,
        };
    }
    Ok(rows)
}
