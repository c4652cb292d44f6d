//! Undoing a merge: exactly the rows that moved go back, and the merged case stands as it stood.

use super::codes::MergeUndoReason;
use super::merge::moving;
use super::model::MergeRow;
use super::{places, rules, store};
use crate::access::permissions::CaseMerge;
use crate::access::{Permit, UserId};
use crate::audit::{Action, Event};
use crate::cases::holdings::{HOLDINGS, Undo};
use crate::cases::model::{Case, CasePatch};
use crate::cases::note::Note;
use crate::cases::store::{merged_by, periods, team, update};
use crate::crypto::Keyring;
use crate::db::{Tx, WriteTx};
use crate::error::{Error, Result};
use crate::machine::settled;

/// Undoes it. Gives the survivor as it is then, and how many rows of which table were entered since and stay with it.
pub(super) fn undo(
    tx: &mut WriteTx<'_>,
    permit: &Permit<CaseMerge>,
    keyring: &Keyring,
    (survivor, merge): (&Case, &MergeRow),
    (reason, note): (MergeUndoReason, Option<&Note>),
) -> Result<(Case, Vec<(&'static str, i64)>)> {
    let merged = merged_by(tx, merge)?;
    if !permit.decides_in(&merged.hub_id) {
        return Err(Error::command_withheld(
            "The merged case is another hub's: ask a coordinator of both hubs.",
        ));
    }
    let stands = merge.undone_at.is_none();
    let (one, other) = (store::side(tx, survivor)?, store::side(tx, &merged)?);
    settled(rules::undo(stands, &one, &other)).map_err(Error::unmet)?;
    let by = permit.person()?;
    for (table, moves) in moving() {
        let rows = store::moved(tx, merge.id, table)?;
        (moves.give)(tx, &rows, merged.id)?;
    }
    for holding in HOLDINGS {
        if let Undo::Told(tell) = holding.undo {
            tell(tx, survivor.id, merged.id)?;
        }
    }
    places::take_back(tx, merge, survivor)?;
    let merged = reopen(tx, keyring, &merged, note, by)?;
    store::mark_undone(tx, merge, reason, by)?;
    for case in [survivor, &merged] {
        if case.restricted {
            team::someone_stays(tx, case, None)?;
        }
    }
    record(tx, merge, reason)?;
    let stay = entered_since(tx, survivor, merge)?;
    Ok((update(tx, survivor, &CasePatch::default())?, stay))
}

/// The closing is corrected away: the period before it lasts again.
fn reopen(
    tx: &mut WriteTx<'_>,
    keyring: &Keyring,
    merged: &Case,
    note: Option<&Note>,
    by: UserId,
) -> Result<Case> {
    let (timeline, _) = periods::timeline(tx, merged)?;
    let (revision, lasts) = timeline.without_the_last().ok_or_else(|| {
        Error::internal(anyhow::anyhow!("a merged case has no period before the one that closed it"))
    })?;
    periods::revise(tx, keyring, merged, &revision, (lasts.sequence, note, by))?;
    let patch = CasePatch {
        status: Some(lasts.standing.status),
        outcome: Some(lasts.standing.outcome),
        merged_into: Some(None),
        since: Some(lasts.from_on),
        ..CasePatch::default()
    };
    update(tx, merged, &patch)
}

fn entered_since(tx: &mut Tx<'_>, survivor: &Case, merge: &MergeRow) -> Result<Vec<(&'static str, i64)>> {
    let mut stay = Vec::new();
    for holding in HOLDINGS {
        if let Undo::GivesBack { entered_since } | Undo::Stayed { entered_since } = holding.undo {
            stay.push((holding.table, entered_since(tx, survivor.id, merge.merged_at)?));
        }
    }
    stay.retain(|(_, rows)| *rows > 0);
    Ok(stay)
}

/// An entry for each of the two.
fn record(tx: &mut WriteTx<'_>, merge: &MergeRow, reason: MergeUndoReason) -> Result<()> {
    tx.event.set_detail("merged", merge.merged_id);
    tx.event.set_detail("survivor", merge.survivor_id);
    let event = Event::new(Action::CaseMergeUndo)
        .about(merge.merged_id)
        .subject(merge.id)
        .detail("merged", merge.merged_id)
        .detail("reason", reason)
        .detail("survivor", merge.survivor_id);
    let event = event.storing_what(&mut tx.event);
    tx.also_record(&event)
}
