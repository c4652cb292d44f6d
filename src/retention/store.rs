//! Queries on erasures and holds. Each asks for a case that `cases::store::find` found within reach, but for those by
//! which the program itself carries out what is due.

use std::collections::BTreeSet;

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::codes::{ErasureReason, ErasureState};
use super::model::{ErasureId, ErasureRow, HoldId, HoldRow};
use super::rules::Facts;
use crate::access::permissions::ErasureList;
use crate::access::{CaseId, Permit, UserId};
use crate::audit::{Action, Event};
use crate::backup::Erased;
use crate::cases::codes::{Outcome, Status};
use crate::cases::model::Case;
use crate::cases::scope::reached;
use crate::db::schema::{case_keys, cases, erasures, legal_holds};
use crate::db::types::{Day, Timestamp};
use crate::db::{Backend, Tx, WriteTx, changed_one, on_duplicate};
use crate::error::{Error, Result};

/// What is open.
const OPEN: [ErasureState; 2] = [ErasureState::Requested, ErasureState::Approved];

/// What the rules ask of a case.
pub(super) fn facts(tx: &mut Tx<'_>, case: &Case) -> Result<Facts> {
    Ok(Facts {
        status: case.status,
        erased: is_erased(tx, case.id)?,
        held: is_held(tx, case.id)?,
        open_erasure: has_open(tx, case.id)?,
    })
}

/// A case without a key is erased.
pub(crate) fn is_erased(tx: &mut Tx<'_>, case: CaseId) -> Result<bool> {
    Ok(!diesel::select(exists(case_keys::table.find(case))).get_result::<bool>(tx.conn())?)
}

/// Whether a hold stands.
pub(crate) fn is_held(tx: &mut Tx<'_>, case: CaseId) -> Result<bool> {
    let standing =
        legal_holds::table.filter(legal_holds::case_id.eq(case)).filter(legal_holds::lifted_at.is_null());
    Ok(diesel::select(exists(standing)).get_result(tx.conn())?)
}

/// Whether an erasure is asked for or approved.
pub(crate) fn has_open(tx: &mut Tx<'_>, case: CaseId) -> Result<bool> {
    let open = erasures::table.filter(erasures::case_id.eq(case)).filter(erasures::state.eq_any(OPEN));
    Ok(diesel::select(exists(open)).get_result(tx.conn())?)
}

/// A new request.
pub(super) fn insert(tx: &mut WriteTx<'_>, row: &ErasureRow) -> Result<()> {
    diesel::insert_into(erasures::table)
        .values(row)
        .execute(tx.conn())
        .map_err(|error| on_duplicate(error, Error::precondition_failed))?;
    tx.event.set_subject(row.id);
    Ok(())
}

/// One erasure of a case.
pub(super) fn find(tx: &mut Tx<'_>, case: CaseId, id: ErasureId) -> Result<ErasureRow> {
    let row = erasures::table.find(id).filter(erasures::case_id.eq(case));
    Ok(row.select(ErasureRow::as_select()).first(tx.conn())?)
}

/// Where a page of erasures ends.
pub(super) type ErasureKey = (Timestamp, ErasureId);

/// The erasures of a case, the oldest first, after `start`.
pub(super) fn of_case(
    tx: &mut Tx<'_>,
    case: &Case,
    start: Option<ErasureKey>,
    limit: i64,
) -> Result<Vec<ErasureRow>> {
    page(erasures::table.filter(erasures::case_id.eq(case.id)).into_boxed(), tx, start, limit)
}

/// Rows that are asked for at once when only some may be within reach.
const CHUNK: i64 = 200;

/// Up to `limit` erasures of cases within reach that are so far, the oldest first, after `start`, noted on the event; and
/// one more where there are more.
pub(super) fn within_reach(
    tx: &mut Tx<'_>,
    permit: &Permit<ErasureList>,
    state: ErasureState,
    start: Option<ErasureKey>,
    limit: i64,
) -> Result<Vec<ErasureRow>> {
    let shown = usize::try_from(limit).map_err(Error::internal)?;
    let (mut found, mut after) = (Vec::new(), start);
    while found.len() <= shown {
        let in_state = erasures::table.filter(erasures::state.eq(state)).into_boxed();
        let chunk = page(in_state, tx, after, CHUNK)?;
        after = chunk.last().map(|row| (row.requested_at, row.id));
        let last = i64::try_from(chunk.len()).is_ok_and(|rows| rows < CHUNK);
        let asked: Vec<CaseId> = chunk.iter().map(|row| row.case_id).collect();
        let within: BTreeSet<CaseId> = cases::table
            .filter(cases::id.eq_any(asked))
            .filter(reached(permit, tx.now()))
            .select(cases::id)
            .load(tx.conn())?
            .into_iter()
            .collect();
        found.extend(chunk.into_iter().filter(|row| within.contains(&row.case_id)));
        if last {
            break;
        }
    }
    found.truncate(shown + 1);
    tx.event.set_cases(found.iter().take(shown).map(|row| row.case_id));
    Ok(found)
}

/// The oldest of these after `start`.
fn page(
    mut query: erasures::BoxedQuery<'_, Backend>,
    tx: &mut Tx<'_>,
    start: Option<ErasureKey>,
    limit: i64,
) -> Result<Vec<ErasureRow>> {
    if let Some((at, id)) = start {
        let later = erasures::requested_at.gt(at);
        query = query.filter(later.or(erasures::requested_at.eq(at).and(erasures::id.gt(id))));
    }
    let query = query.order((erasures::requested_at, erasures::id)).limit(limit);
    Ok(query.select(ErasureRow::as_select()).load(tx.conn())?)
}

/// Stores what became of the version that was read.
pub(super) fn update(tx: &mut WriteTx<'_>, read: &ErasureRow, row: ErasureRow) -> Result<ErasureRow> {
    let as_read = erasures::table.find(read.id).filter(erasures::version.eq(read.version));
    let row = ErasureRow { version: read.version + 1, ..row };
    let changed = diesel::update(as_read)
        .set((
            erasures::state.eq(row.state),
            erasures::decided_by.eq(row.decided_by),
            erasures::decided_at.eq(row.decided_at),
            erasures::due_at.eq(row.due_at),
            erasures::ended_at.eq(row.ended_at),
            erasures::wiped_at.eq(row.wiped_at),
            erasures::certificate.eq(row.certificate.clone()),
            erasures::version.eq(row.version),
        ))
        .execute(tx.conn())?;
    changed_one(changed)?;
    Ok(row)
}

/// Those that are due and that nothing stands in the way of, the longest first: the same as
/// [`may_be_carried_out`](super::rules::may_be_carried_out), asked of many, so that those that wait keep no other waiting.
pub(super) fn due(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<ErasureRow>> {
    let now = tx.now();
    let held = legal_holds::table
        .filter(legal_holds::case_id.eq(erasures::case_id))
        .filter(legal_holds::lifted_at.is_null());
    Ok(erasures::table
        .inner_join(cases::table.on(cases::id.eq(erasures::case_id)))
        .inner_join(case_keys::table.on(case_keys::case_id.eq(erasures::case_id)))
        .filter(erasures::state.eq(ErasureState::Approved))
        .filter(erasures::due_at.le(now))
        .filter(cases::status.eq(Status::Closed))
        .filter(not(exists(held)))
        .order(erasures::due_at)
        .limit(limit)
        .select(ErasureRow::as_select())
        .load(tx.conn())?)
}

/// Where a look at closed cases ended: those closed longest ago come first.
pub(super) type ClosedKey = (Day, CaseId);

/// Cases that ended so, by this day, after `start`.
pub(super) fn closed_by(
    tx: &mut Tx<'_>,
    outcome: Outcome,
    day: Day,
    start: Option<ClosedKey>,
    limit: i64,
) -> Result<Vec<ClosedKey>> {
    let mut query = cases::table.filter(cases::outcome.eq(outcome)).filter(cases::since.le(day)).into_boxed();
    if let Some((since, id)) = start {
        query = query.filter(cases::since.gt(since).or(cases::since.eq(since).and(cases::id.gt(id))));
    }
    let query = query.order((cases::since, cases::id)).limit(limit);
    Ok(query.select((cases::since, cases::id)).load(tx.conn())?)
}

/// Those of them whom a rule may ask for: neither erased nor held, and not asked for since this moment.
pub(super) fn to_ask_for(tx: &mut Tx<'_>, closed: &[CaseId], since: Timestamp) -> Result<Vec<CaseId>> {
    let asked = erasures::table
        .filter(erasures::case_id.eq(cases::id))
        .filter(erasures::requested_at.gt(since).or(erasures::state.eq_any(OPEN)));
    let held = legal_holds::table
        .filter(legal_holds::case_id.eq(cases::id))
        .filter(legal_holds::lifted_at.is_null());
    Ok(cases::table
        .filter(cases::id.eq_any(closed))
        .filter(cases::merged_into.is_null())
        .filter(exists(case_keys::table.filter(case_keys::case_id.eq(cases::id))))
        .filter(not(exists(asked)))
        .filter(not(exists(held)))
        .select(cases::id)
        .load(tx.conn())?)
}

/// Those of which something may be left in the database's own files.
pub(super) fn to_wipe(tx: &mut Tx<'_>) -> Result<Vec<ErasureId>> {
    Ok(erasures::table
        .filter(erasures::state.eq(ErasureState::Erased))
        .filter(erasures::wiped_at.is_null())
        .select(erasures::id)
        .load(tx.conn())?)
}

/// Notes that nothing is left of these.
pub(super) fn wiped(tx: &mut WriteTx<'_>, ids: &[ErasureId]) -> Result<()> {
    let now = tx.now();
    diesel::update(erasures::table.filter(erasures::id.eq_any(ids)).filter(erasures::wiped_at.is_null()))
        .set((erasures::wiped_at.eq(now), erasures::version.eq(erasures::version + 1)))
        .execute(tx.conn())?;
    Ok(())
}

/// Takes back what is asked for or approved, because somebody works on the case again; on the record under it.
pub(crate) fn withdraw_open(tx: &mut WriteTx<'_>, case: CaseId) -> Result<()> {
    let open = erasures::table.filter(erasures::case_id.eq(case)).filter(erasures::state.eq_any(OPEN));
    let open: Option<ErasureRow> = open.select(ErasureRow::as_select()).first(tx.conn()).optional()?;
    let Some(read) = open else { return Ok(()) };
    let row = ErasureRow { state: ErasureState::Withdrawn, ended_at: Some(tx.now()), ..read.clone() };
    update(tx, &read, row)?;
    tx.also_record(&Event::new(Action::ErasureWithdraw).about(case).subject(read.id))
}

/// Nothing is carried out before this moment: whoever would object has time for it.
pub(super) fn postpone(tx: &mut WriteTx<'_>, case: CaseId, until: Timestamp) -> Result<()> {
    let sooner = erasures::table
        .filter(erasures::case_id.eq(case))
        .filter(erasures::state.eq(ErasureState::Approved))
        .filter(erasures::due_at.lt(until));
    diesel::update(sooner)
        .set((erasures::due_at.eq(until), erasures::version.eq(erasures::version + 1)))
        .execute(tx.conn())?;
    Ok(())
}

/// Those that are wiped and have no certificate yet.
pub(super) fn to_certify(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<ErasureRow>> {
    Ok(erasures::table
        .filter(erasures::state.eq(ErasureState::Erased))
        .filter(erasures::certificate.is_null())
        .filter(erasures::wiped_at.is_not_null())
        .limit(limit)
        .select(ErasureRow::as_select())
        .load(tx.conn())?)
}

/// The case of an erasure that is due, for the program.
pub(super) fn case(tx: &mut Tx<'_>, id: CaseId) -> Result<Case> {
    Ok(cases::table.find(id).select(Case::as_select()).first(tx.conn())?)
}

/// Whether there is such a case.
pub(super) fn is_there(tx: &mut Tx<'_>, id: CaseId) -> Result<bool> {
    Ok(diesel::select(exists(cases::table.find(id))).get_result(tx.conn())?)
}

/// Notes an erasure that a certificate tells of: in its row, if it was asked for before, or in a new one.
pub(super) fn note_erased(tx: &mut WriteTx<'_>, erased: &Erased) -> Result<()> {
    let known =
        erasures::table.find(erased.id).select(ErasureRow::as_select()).first(tx.conn()).optional()?;
    let (state, ended_at) = (ErasureState::Erased, Some(erased.at));
    let certificate = Some(erased.certificate.clone());
    if let Some(read) = known {
        let row = ErasureRow { state, ended_at, wiped_at: ended_at, certificate, ..read.clone() };
        return update(tx, &read, row).map(drop);
    }
    let asked = ErasureRow::requested(erased.case, ErasureReason::Other, None, erased.at);
    let row = ErasureRow { id: erased.id, state, ended_at, wiped_at: ended_at, certificate, ..asked };
    insert(tx, &row)
}

/// A new hold.
pub(super) fn insert_hold(tx: &mut WriteTx<'_>, row: &HoldRow) -> Result<()> {
    diesel::insert_into(legal_holds::table)
        .values(row)
        .execute(tx.conn())
        .map_err(|error| on_duplicate(error, Error::precondition_failed))?;
    tx.event.set_subject(row.id);
    Ok(())
}

/// One hold of a case.
pub(super) fn find_hold(tx: &mut Tx<'_>, case: &Case, id: HoldId) -> Result<HoldRow> {
    let row = legal_holds::table.find(id).filter(legal_holds::case_id.eq(case.id));
    Ok(row.select(HoldRow::as_select()).first(tx.conn())?)
}

/// The holds of a case, the oldest first, after `start`.
pub(super) fn holds(
    tx: &mut Tx<'_>,
    case: &Case,
    start: Option<(Timestamp, HoldId)>,
    limit: i64,
) -> Result<Vec<HoldRow>> {
    let mut query = legal_holds::table.filter(legal_holds::case_id.eq(case.id)).into_boxed();
    if let Some((at, id)) = start {
        let later = legal_holds::placed_at.gt(at);
        query = query.filter(later.or(legal_holds::placed_at.eq(at).and(legal_holds::id.gt(id))));
    }
    let query = query.order((legal_holds::placed_at, legal_holds::id)).limit(limit);
    Ok(query.select(HoldRow::as_select()).load(tx.conn())?)
}

/// Lifts the version that was read.
pub(super) fn lift(tx: &mut WriteTx<'_>, read: &HoldRow, by: UserId) -> Result<HoldRow> {
    let row =
        HoldRow { lifted_by: Some(by), lifted_at: Some(tx.now()), version: read.version + 1, ..read.clone() };
    let as_read = legal_holds::table.find(read.id).filter(legal_holds::version.eq(read.version));
    let lifted = (
        legal_holds::lifted_by.eq(row.lifted_by),
        legal_holds::lifted_at.eq(row.lifted_at),
        legal_holds::version.eq(row.version),
    );
    changed_one(diesel::update(as_read).set(lifted).execute(tx.conn())?)?;
    Ok(row)
}
