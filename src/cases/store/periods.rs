//! The history of a case: periods are opened, ended and superseded, never rewritten.

use diesel::prelude::*;

use crate::access::UserId;
use crate::cases::model::{Case, NewCase, PeriodId, PeriodRow};
use crate::cases::note::Note;
use crate::cases::reasons::{MoveReason, PeriodReason};
use crate::cases::timeline::{Period, Revision, Standing, Timeline};
use crate::crypto::Keyring;
use crate::db::schema::case_periods;
use crate::db::types::{Day, Timestamp};
use crate::db::{PreparedOnce, Tx, WriteTx};
use crate::error::{Error, Result};

/// What a step of a case brings.
pub(crate) struct Step<'a> {
    pub standing: Standing,
    pub reason: PeriodReason,
    pub on: Day,
    pub note: Option<&'a Note>,
    pub by: UserId,
}

/// The period in which a new case begins.
pub(crate) fn insert_first(tx: &mut WriteTx<'_>, new: &NewCase) -> Result<()> {
    let period = Period {
        sequence: 1,
        standing: Standing { hub_id: new.hub_id, stage: new.stage, status: new.status, outcome: None },
        reason: PeriodReason::Move(MoveReason::Intake),
        from_on: new.opened_on,
        until_on: None,
    };
    let row = row_of(new.id, &period, new.created_by, tx);
    store(tx, &row)
}

/// Ends the current period and opens the next.
pub(crate) fn advance(tx: &mut WriteTx<'_>, keyring: &Keyring, case: &Case, step: &Step<'_>) -> Result<()> {
    let current: PeriodRow = case_periods::table
        .filter(case_periods::case_id.eq(case.id))
        .filter(case_periods::superseded_at.is_null())
        .filter(case_periods::until_on.is_null())
        .select(PeriodRow::as_select())
        .first(tx.conn())?;
    let timeline = Timeline::from_live(vec![period_of(&current)]).map_err(Error::internal)?;
    let change =
        timeline.append(step.standing, step.reason, step.on).map_err(|unmet| Error::unmet(vec![unmet]))?;
    let end = case_periods::until_on.eq(change.until_on);
    PreparedOnce::update(case_periods::table, end, case_periods::id.eq(current.id)).execute(tx.conn())?;
    let row = row_of(case.id, &change.opens, step.by, tx);
    insert(tx, keyring, case, row, step.note)
}

/// The live history, for a correction.
pub(crate) fn timeline(tx: &mut Tx<'_>, case: &Case) -> Result<(Timeline, Vec<PeriodRow>)> {
    let rows: Vec<PeriodRow> = case_periods::table
        .filter(case_periods::case_id.eq(case.id))
        .filter(case_periods::superseded_at.is_null())
        .order(case_periods::sequence)
        .select(PeriodRow::as_select())
        .load(tx.conn())?;
    let timeline = Timeline::from_live(rows.iter().map(period_of).collect()).map_err(Error::internal)?;
    Ok((timeline, rows))
}

/// Where a page of the history ends: place in the history, when entered, id.
pub(crate) type PeriodKey = (i64, Timestamp, PeriodId);

/// The history in its order after `start`, superseded periods too.
pub(crate) fn of_case(
    tx: &mut Tx<'_>,
    case: &Case,
    start: Option<PeriodKey>,
    limit: i64,
) -> Result<Vec<PeriodRow>> {
    use case_periods::{id, recorded_at, sequence};
    let mut query = case_periods::table.filter(case_periods::case_id.eq(case.id)).into_boxed();
    if let Some((place, at, period)) = start {
        let later = recorded_at.gt(at).or(recorded_at.eq(at).and(id.gt(period)));
        query = query.filter(sequence.gt(place).or(sequence.eq(place).and(later)));
    }
    Ok(query
        .order((sequence, recorded_at, id))
        .limit(limit)
        .select(PeriodRow::as_select())
        .load(tx.conn())?)
}

/// Supersedes what a correction replaces and stores what takes its place, the note beside the period
/// that was corrected.
pub(crate) fn revise(
    tx: &mut WriteTx<'_>,
    keyring: &Keyring,
    case: &Case,
    revision: &Revision,
    (corrected, note, by): (i64, Option<&Note>, UserId),
) -> Result<()> {
    let now = tx.now();
    for sequence in &revision.supersede {
        diesel::update(
            case_periods::table
                .filter(case_periods::case_id.eq(case.id))
                .filter(case_periods::sequence.eq(sequence))
                .filter(case_periods::superseded_at.is_null()),
        )
        .set(case_periods::superseded_at.eq(now))
        .execute(tx.conn())?;
    }
    for period in &revision.insert {
        let row = row_of(case.id, period, by, tx);
        insert(tx, keyring, case, row, note.filter(|_| period.sequence == corrected))?;
    }
    Ok(())
}

fn insert(
    tx: &mut WriteTx<'_>,
    keyring: &Keyring,
    case: &Case,
    mut row: PeriodRow,
    note: Option<&Note>,
) -> Result<()> {
    if let Some(note) = note {
        let place = Note::place(row.id, case.id);
        let sealed = keyring.case_key(&super::key(tx, case)?)?.seal(&place, note)?;
        tx.stored(&place, &sealed);
        row.note = Some(sealed);
    }
    store(tx, &row)
}

fn store(tx: &mut WriteTx<'_>, row: &PeriodRow) -> Result<()> {
    PreparedOnce(diesel::insert_into(case_periods::table).values(row)).execute(tx.conn())?;
    Ok(())
}

fn row_of(case: crate::access::CaseId, period: &Period, by: UserId, tx: &Tx<'_>) -> PeriodRow {
    PeriodRow {
        id: PeriodId::generate(tx.now()),
        case_id: case,
        hub_id: period.standing.hub_id,
        stage: period.standing.stage,
        status: period.standing.status,
        outcome: period.standing.outcome,
        reason: period.reason,
        from_on: period.from_on,
        until_on: period.until_on,
        sequence: period.sequence,
        note: None,
        recorded_at: tx.now(),
        recorded_by: by,
        superseded_at: None,
    }
}

fn period_of(row: &PeriodRow) -> Period {
    Period {
        sequence: row.sequence,
        standing: Standing { hub_id: row.hub_id, stage: row.stage, status: row.status, outcome: row.outcome },
        reason: row.reason,
        from_on: row.from_on,
        until_on: row.until_on,
    }
}
