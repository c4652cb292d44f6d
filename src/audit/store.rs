//! Queries on the log. Pages go by position, which is given once and never changes, the newest first.

use std::collections::BTreeSet;
use std::ops::{ControlFlow, Range};

use diesel::prelude::*;

use super::entry::EventId;
use super::filter::LogFilter;
use super::model::{Access, LogRow, StoredEntry};
use super::seen;
use super::walk::Way;
use crate::access::permissions::AuditRead;
use crate::access::{CaseId, Permit, Reach, UserId};
use crate::db::Tx;
use crate::db::conn::AnyConnection;
use crate::db::schema::audit_events;
use crate::error::{Error, Result};

/// The most entries that one page looks at: a rare thing is not looked for in all of the log at once.
const MOST_LOOKED_AT: usize = 20_000;

/// A page of the log.
#[derive(Default)]
pub(crate) struct Found {
    /// The entries, the newest first.
    pub rows: Vec<LogRow>,
    /// Before which position to go on; nothing where there is no more.
    pub next: Option<i64>,
}

/// The filter within the permit's reach: all entries, or the actor's own actions. Nothing where no entry can be.
fn reached(permit: &Permit<AuditRead>, filter: &LogFilter) -> Result<Option<LogFilter>> {
    Ok(match permit.reach() {
        Reach::All => Some(*filter),
        Reach::Own => {
            let person = permit.person()?;
            let own = filter.actor.is_none_or(|actor| actor == person);
            own.then_some(LogFilter { actor: Some(person), ..*filter })
        }
        // No role's row says so; were one to, it would see nothing.
        Reach::Hub | Reach::Lead | Reach::Team | Reach::Emergency | Reach::No | Reach::Nothing => None,
    })
}

/// Up to `most` entries before the position `start`. A page that has looked at enough is given as it is.
pub(crate) fn list(
    tx: &mut Tx<'_>,
    permit: &Permit<AuditRead>,
    filter: &LogFilter,
    start: Option<i64>,
    most: usize,
) -> Result<Found> {
    let Some(filter) = reached(permit, filter)? else { return Ok(Found::default()) };
    let mut within = filter.times.positions(tx)?;
    within.end = start.map_or(within.end, |start| start.min(within.end));
    let (mut found, mut looked_at) = (Found::default(), 0);
    // One more tells whether there is more.
    let first = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
    filter.way().back(tx, within, first, |row| {
        let position = row.stored.position;
        if filter.takes(&row) {
            if found.rows.len() == most {
                found.next = found.rows.last().map(|row| row.stored.position);
                return Ok(ControlFlow::Break(()));
            }
            found.rows.push(row);
        }
        looked_at += 1;
        if looked_at == MOST_LOOKED_AT {
            found.next = Some(position);
            return Ok(ControlFlow::Break(()));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// Up to `most` entries as they are stored, in the order of the log.
pub(crate) fn stored(conn: &mut AnyConnection, within: &Range<i64>, most: i64) -> Result<Vec<StoredEntry>> {
    let entries = Way::Everything.entries(within).order(audit_events::position.asc()).limit(most);
    Ok(entries.select(StoredEntry::as_select()).load(conn)?)
}

/// One entry within the permit's reach.
pub(crate) fn find(tx: &mut Tx<'_>, permit: &Permit<AuditRead>, id: EventId) -> Result<StoredEntry> {
    let mut query = Way::Everything.entries(&(0..i64::MAX)).filter(audit_events::id.eq(id));
    match permit.reach() {
        Reach::All => {}
        Reach::Own => query = query.filter(audit_events::actor_id.eq(permit.person()?)),
        Reach::Hub | Reach::Lead | Reach::Team | Reach::Emergency | Reach::No | Reach::Nothing => {
            return Err(Error::not_found());
        }
    }
    Ok(query.select(StoredEntry::as_select()).first(tx.conn())?)
}

/// Up to `limit` accesses to a case, and to those merged into it, before the position `start`; the caller has found
/// them within its own reach.
pub(crate) fn of_cases(
    tx: &mut Tx<'_>,
    cases: &[CaseId],
    start: Option<i64>,
    limit: usize,
) -> Result<Vec<Access>> {
    let mut rows = Vec::new();
    for case in cases {
        let of_case = Way::Case(*case).entries(&(0..start.unwrap_or(i64::MAX)));
        let most = i64::try_from(limit).unwrap_or(i64::MAX);
        rows.extend(LogRow::load(tx.conn(), of_case.order(audit_events::position.desc()).limit(most))?);
    }
    rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.stored.position));
    rows.truncate(limit);
    let ids: BTreeSet<UserId> = rows.iter().filter_map(|row| row.actor.as_deref()?.parse().ok()).collect();
    let names = seen::usernames(tx, &ids)?;
    let name = |row: &LogRow| names.get(&row.actor.as_deref()?.parse().ok()?).cloned();
    Ok(rows.into_iter().map(|row| Access { username: name(&row), row }).collect())
}
