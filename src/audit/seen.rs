//! Who saw a case, and what a user saw: what was opened, and the lists and searches that held it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use diesel::prelude::*;

use super::action::{Action, Outcome, Touch};
use super::kin;
use super::model::{Known, LogRow};
use super::sight::{Manner, Sight};
use super::times::Stretch;
use super::unreadable::{Unread, Unreadable};
use super::walk::Way;
use crate::access::permissions::AuditAsk;
use crate::access::{CaseId, Permit, UserId};
use crate::db::Tx;
use crate::db::schema::users;
use crate::error::Result;

/// The most entries of one case, or of one user, that an answer looks at.
const MOST_ENTRIES: usize = 10_000;
/// The most lists that an answer looks through for a case; each may name 200.
const MOST_LISTS: usize = 5_000;
/// The most different cases in an answer.
const MOST_CASES: usize = 5_000;
/// Rows that are fetched at first.
const FIRST: i64 = 200;

/// Sights by whom, or of what.
pub(crate) struct Seen<K> {
    pub sights: BTreeMap<K, Sight>,
    /// Entries that may tell more, and cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// Before which position to go on; nothing where all was looked at.
    pub next: Option<i64>,
}

/// An entry that tells of the case, put aside until it is known how far back all walks came.
struct Trace {
    row: LogRow,
    manner: Manner,
    known: Known,
}

/// Who saw a case; nobody's are what the server and the operator did.
pub(crate) fn by_whom(
    tx: &mut Tx<'_>,
    _: &Permit<AuditAsk>,
    case: CaseId,
    times: &Stretch,
    start: Option<i64>,
) -> Result<Seen<Option<UserId>>> {
    let mut within = times.positions(tx)?;
    within.end = start.map_or(within.end, |start| start.min(within.end));
    let (mut traces, mut unread) = (Vec::new(), Unread::default());
    let kin = kin::of(tx, case)?;
    let mut next: Option<i64> = None;
    for one in &kin {
        let stopped = bounded(tx, Way::Case(one.case), within.clone(), MOST_ENTRIES, |row| {
            if one.holds(row.at)
                && let Some(known) = unread.or_note(row.read())
            {
                traces.push(Trace { manner: Manner::of(&row, known.outcome), row, known });
            }
            Ok(ControlFlow::Continue(()))
        })?;
        // No further back than this walk came: what lies there is for the next answer.
        within.start = within.start.max(stopped.unwrap_or_default());
        next = next.max(stopped);
    }
    for list in Action::that(Touch::Lists) {
        // No further back than the walk before came: what lies there is for the next answer.
        within.start = within.start.max(next.unwrap_or_default());
        let listed = bounded(tx, Way::Action(list), within.clone(), MOST_LISTS, |row| {
            let known = unread.or_note(row.read()).filter(|known| known.outcome == Outcome::Done);
            let tells = |known: &Known| {
                kin.iter().any(|one| one.holds(row.at) && known.held.cases.contains(&one.case))
            };
            if let Some(known) = known.filter(tells) {
                traces.push(Trace { row, manner: Manner::Listed, known });
            }
            Ok(ControlFlow::Continue(()))
        })?;
        next = listed.or(next);
    }
    let mut sights = BTreeMap::new();
    for trace in traces.iter().filter(|trace| next.is_none_or(|next| trace.row.stored.position >= next)) {
        if times.holds(trace.row.at) {
            let sight = sights.entry(trace.known.actor).or_insert_with(|| Sight::at(trace.row.at));
            sight.add(&trace.row, trace.manner, &trace.known);
        }
    }
    Ok(Seen { sights, unreadable: unread.told(), next })
}

/// What a user saw, case by case.
pub(crate) fn by_user(
    tx: &mut Tx<'_>,
    _: &Permit<AuditAsk>,
    user: UserId,
    times: &Stretch,
    start: Option<i64>,
) -> Result<Seen<CaseId>> {
    let mut within = times.positions(tx)?;
    within.end = start.map_or(within.end, |start| start.min(within.end));
    let (mut sights, mut unread) = (BTreeMap::<CaseId, Sight>::new(), Unread::default());
    let next = bounded(tx, Way::Actor(user), within, MOST_ENTRIES, |row| {
        let tells = times.holds(row.at) && (row.case.is_some() || row.touches() == Some(Touch::Lists));
        if let Some(known) = tells.then(|| unread.or_note(row.read())).flatten() {
            let mut add = |case, manner| {
                let sight = sights.entry(case).or_insert_with(|| Sight::at(row.at));
                sight.add(&row, manner, &known);
            };
            if let Some(case) = known.case {
                add(case, Manner::of(&row, known.outcome));
            }
            known.held.cases.iter().for_each(|case| add(*case, Manner::Listed));
        }
        Ok(if sights.len() >= MOST_CASES { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok(Seen { sights, unreadable: unread.told(), next })
}

/// Walks until it is told to stop, or has looked at `most` entries; the position where it stopped, if it did.
fn bounded(
    tx: &mut Tx<'_>,
    way: Way,
    within: std::ops::Range<i64>,
    most: usize,
    mut each: impl FnMut(LogRow) -> Result<ControlFlow<()>>,
) -> Result<Option<i64>> {
    let (mut looked_at, mut stopped) = (0, None);
    way.back(tx, within, FIRST, |row| {
        let position = row.stored.position;
        looked_at += 1;
        let going_on = each(row)?;
        if looked_at == most || going_on.is_break() {
            stopped = Some(position);
            return Ok(ControlFlow::Break(()));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(stopped)
}

/// The pseudonyms of users.
pub(crate) fn usernames(tx: &mut Tx<'_>, ids: &BTreeSet<UserId>) -> Result<BTreeMap<UserId, String>> {
    let rows: Vec<(UserId, String)> =
        users::table.filter(users::id.eq_any(ids)).select((users::id, users::username)).load(tx.conn())?;
    Ok(rows.into_iter().collect())
}
