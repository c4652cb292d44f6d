//! Merging: the merged case is closed as a duplicate and leads to the survivor, and its rows are the survivor's.

use super::codes::{MergeReason, MergedTeam};
use super::model::{MergeId, MergeRow};
use super::{places, rules, store};
use crate::access::Permit;
use crate::access::permissions::CaseMerge;
use crate::audit::{Action, Event};
use crate::cases::codes::{Outcome, Status};
use crate::cases::holdings::{HOLDINGS, Merge, Moves};
use crate::cases::model::{Case, CasePatch};
use crate::cases::note::Note;
use crate::cases::reasons::PeriodReason;
use crate::cases::store::periods::{Step, advance};
use crate::cases::store::update;
use crate::cases::timeline::Standing;
use crate::crypto::Keyring;
use crate::db::{Tx, WriteTx};
use crate::error::{Error, Result, Unmet};
use crate::machine::settled;

/// What somebody decided.
pub(super) struct Decision<'a> {
    pub reason: MergeReason,
    pub team: MergedTeam,
    pub note: Option<&'a Note>,
}

/// Merges `duplicate` into `survivor`; both as the permit found them, of the versions that were read.
pub(super) fn merge(
    tx: &mut WriteTx<'_>,
    permit: &Permit<CaseMerge>,
    keyring: &Keyring,
    (survivor, duplicate): (&Case, &Case),
    decision: &Decision<'_>,
) -> Result<(Case, MergeRow)> {
    settled(unmet(tx, survivor, duplicate)?).map_err(Error::unmet)?;
    let by = permit.person()?;
    let row = MergeRow {
        id: MergeId::generate(),
        survivor_id: survivor.id,
        merged_id: duplicate.id,
        reason: decision.reason,
        team: decision.team,
        merged_by: by,
        merged_at: tx.now(),
        undone_reason: None,
        undone_by: None,
        undone_at: None,
    };
    store::insert(tx, &row)?;
    for (table, moves) in moving() {
        let rows = (moves.rows)(tx, duplicate.id)?;
        (moves.give)(tx, &rows, survivor.id)?;
        store::insert_moved(tx, row.id, table, &rows)?;
    }
    for holding in HOLDINGS {
        if let Merge::Told(tell) = holding.merge {
            tell(tx, survivor.id, duplicate.id)?;
        }
    }
    places::give(tx, &row)?;
    close(tx, keyring, (survivor, duplicate), decision.note, by)?;
    record(tx, &row)?;
    Ok((update(tx, survivor, &CasePatch::default())?, row))
}

/// The tables whose rows move, and how.
pub(super) fn moving() -> impl Iterator<Item = (&'static str, Moves)> {
    HOLDINGS.iter().filter_map(|holding| match holding.merge {
        Merge::Moves(moves) => Some((holding.table, moves)),
        Merge::With(_) | Merge::Stays(_) | Merge::Told(_) | Merge::Refuses(_) => None,
    })
}

/// All that stands in the way: of the two rows, and table by table.
fn unmet(tx: &mut Tx<'_>, survivor: &Case, duplicate: &Case) -> Result<Vec<Unmet>> {
    if survivor.id == duplicate.id {
        return Ok(vec![rules::itself()]);
    }
    let mut missing = rules::merge(&store::side(tx, survivor)?, &store::side(tx, duplicate)?);
    for holding in HOLDINGS {
        let asked = match holding.merge {
            Merge::Moves(moves) => (moves.unmet)(tx, survivor, duplicate)?,
            Merge::Refuses(asks) => asks(tx, survivor, duplicate)?,
            Merge::With(_) | Merge::Stays(_) | Merge::Told(_) => None,
        };
        missing.extend(asked);
    }
    Ok(missing)
}

/// The merged case's history ends with a closing, on this day, or on the day of its last change if that is tomorrow
/// already where the person is.
fn close(
    tx: &mut WriteTx<'_>,
    keyring: &Keyring,
    (survivor, duplicate): (&Case, &Case),
    note: Option<&Note>,
    by: crate::access::UserId,
) -> Result<()> {
    let on = tx.today().max(duplicate.since);
    let standing = Standing {
        hub_id: duplicate.hub_id,
        stage: duplicate.stage,
        status: Status::Closed,
        outcome: Some(Outcome::Duplicate),
    };
    advance(tx, keyring, duplicate, &Step { standing, reason: PeriodReason::Closing, on, note, by })?;
    let patch = CasePatch {
        status: Some(Status::Closed),
        outcome: Some(Some(Outcome::Duplicate)),
        merged_into: Some(Some(survivor.id)),
        since: Some(on),
        ..CasePatch::default()
    };
    update(tx, duplicate, &patch)?;
    Ok(())
}

/// An entry for each of the two, so that each case's log tells of it; the note was sealed for the merged one.
fn record(tx: &mut WriteTx<'_>, row: &MergeRow) -> Result<()> {
    tx.event.set_subject(row.id);
    tx.event.set_case(row.survivor_id);
    tx.event.set_detail("merged", row.merged_id);
    tx.event.set_detail("survivor", row.survivor_id);
    let event = Event::new(Action::CaseMerge)
        .about(row.merged_id)
        .subject(row.id)
        .detail("merged", row.merged_id)
        .detail("reason", row.reason)
        .detail("survivor", row.survivor_id)
        .detail("team", row.team);
    let event = event.storing_what(&mut tx.event);
    tx.also_record(&event)
}
