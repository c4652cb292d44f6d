//! Reads what the rules look at: a stretch of the log by position, its narrow columns alone, and who the users are.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{ControlFlow, Range};

use diesel::prelude::*;

use super::look::{Colleague, Deed, Departure, Did, Look, PAST};
use crate::access::actor::UserStatus;
use crate::access::permissions::AuditAsk;
use crate::access::{CaseId, HubId, Permit, Role, UserId};
use crate::audit::action::Touch;
use crate::audit::model::{Known, text, touches};
use crate::audit::times::{Stretch, moment_at};
use crate::audit::unreadable::{Unread, Unreadable};
use crate::audit::walk::Way;
use crate::audit::{Action, Outcome};
use crate::db::schema::{audit_events, case_team, hub_members, users};
use crate::db::types::Timestamp;
use crate::db::{Tx, bytes_of};
use crate::error::{Error, Result};

/// The most entries that one question reads, so that it is answered long before a request is given up: of each entry
/// less than a hundred bytes are kept meanwhile.
pub(crate) const MOST_ENTRIES: i64 = 300_000;
/// Entries that are fetched at once.
const CHUNK: i64 = 5_000;

/// What the rules look at for a stretch of time. The time before it is cut where the log is too long.
pub(crate) fn look(tx: &mut Tx<'_>, _: &Permit<AuditAsk>, window: Range<Timestamp>) -> Result<Look> {
    let asked = positions(tx, &window)?;
    if asked.end - asked.start > MOST_ENTRIES {
        return Err(Error::invalid_field(
            "after",
            format!("There are more than {MOST_ENTRIES} entries in this time: ask for less of it at once."),
        ));
    }
    let earliest = window.start.plus(-PAST);
    let wanted = positions(tx, &(earliest..window.end))?;
    let range = wanted.start.max(asked.end - MOST_ENTRIES)..asked.end;
    let since = if range.start == wanted.start {
        earliest
    } else {
        moment_at(tx, range.start)?.map_or(earliest, |at| at.clamp(earliest, window.start))
    };
    let mut unread = Unread::default();
    let mut deeds = deeds(tx, &range, &mut unread)?;
    deeds.retain(|deed| (since..window.end).contains(&deed.at));
    let departures = departures(tx, &asked, &window, &mut unread)?;
    let people = people(tx)?;
    let places = places(tx, &deeds, &people)?;
    Ok(Look { window, since, deeds, unread, departures, people, places })
}

fn positions(tx: &mut Tx<'_>, times: &Range<Timestamp>) -> Result<Range<i64>> {
    Stretch { after: Some(times.start), before: Some(times.end) }.positions(tx)
}

type Text = Option<Vec<u8>>;
/// Position, moment, user, action, outcome, case: as stored, whatever somebody has made of them.
type Narrow = (i64, Timestamp, Text, Text, Text, Text);

fn deeds(tx: &mut Tx<'_>, range: &Range<i64>, unread: &mut Unread) -> Result<Vec<Deed>> {
    let (mut deeds, mut from) = (Vec::new(), range.start);
    loop {
        let conn = tx.conn();
        let columns = (
            audit_events::position.assume_not_null(),
            audit_events::recorded_at,
            bytes_of(conn, "actor_id"),
            bytes_of(conn, "action"),
            bytes_of(conn, "outcome"),
            bytes_of(conn, "case_id"),
        );
        let rows: Vec<Narrow> = Way::Everything
            .entries(&(from..range.end))
            .order(audit_events::position.asc())
            .limit(CHUNK)
            .select(columns)
            .load(conn)?;
        let Some((last, ..)) = rows.last() else { return Ok(deeds) };
        from = last + 1;
        deeds.extend(rows.into_iter().filter_map(|row| unread.or_note(deed(row)).flatten()));
    }
}

/// What somebody did with a case; nothing where they were turned away.
fn deed((position, at, user, action, outcome, case): Narrow) -> Result<Option<Deed>, Unreadable> {
    let (Some(user), Some(case)) = (text(user), text(case)) else { return Ok(None) };
    let unreadable = || Unreadable::at(position);
    let outcome: Outcome = text(outcome).and_then(|code| code.parse().ok()).ok_or_else(unreadable)?;
    if outcome != Outcome::Done {
        return Ok(None);
    }
    let did = match touches(&text(action).unwrap_or_default()) {
        Some(Touch::OpensSealed) => Did::OpenSealed,
        Some(Touch::Writes) => Did::Write,
        Some(Touch::Opens | Touch::Lists | Touch::Nothing) | None => Did::Open,
    };
    let (user, case) = user.parse().ok().zip(case.parse().ok()).ok_or_else(unreadable)?;
    Ok(Some(Deed { position, at, user, case, did }))
}

/// Who left: of whom there are several entries, the suspension counts, for it ends the places in hubs too.
fn departures(
    tx: &mut Tx<'_>,
    asked: &Range<i64>,
    window: &Range<Timestamp>,
    unread: &mut Unread,
) -> Result<Vec<Departure>> {
    let mut departures = BTreeMap::new();
    for (action, suspended) in [(Action::HubMemberRemove, false), (Action::UserUpdate, true)] {
        Way::Action(action).back(tx, asked.clone(), CHUNK, |row| {
            let known = window.contains(&row.at).then(|| unread.or_note(row.read())).flatten();
            if known.is_some_and(|known| known.outcome == Outcome::Done && (!suspended || suspends(&known))) {
                let user = row.subject.as_deref().and_then(|subject| subject.parse::<UserId>().ok());
                if let Some(user) = user {
                    let (position, at) = (row.stored.position, row.at);
                    departures.insert(user, Departure { position, at, user, suspended });
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
    }
    Ok(departures.into_values().collect())
}

fn suspends(known: &Known) -> bool {
    known.held.details.status.as_deref() == Some(UserStatus::Suspended.as_str())
}

fn people(tx: &mut Tx<'_>) -> Result<BTreeMap<UserId, Colleague>> {
    let rows: Vec<(UserId, Role)> = users::table.select((users::id, users::role)).load(tx.conn())?;
    let colleague = |role| Colleague { role, hubs: BTreeSet::new() };
    let mut people: BTreeMap<UserId, Colleague> =
        rows.into_iter().map(|(user, role)| (user, colleague(role))).collect();
    let memberships: Vec<(UserId, HubId)> =
        hub_members::table.select((hub_members::user_id, hub_members::hub_id)).load(tx.conn())?;
    for (user, hub) in memberships {
        if let Some(colleague) = people.get_mut(&user) {
            colleague.hubs.insert(hub);
        }
    }
    Ok(people)
}

/// The places of the coordinators who did something: whoever else read a case was on its team.
fn places(
    tx: &mut Tx<'_>,
    deeds: &[Deed],
    people: &BTreeMap<UserId, Colleague>,
) -> Result<BTreeSet<(UserId, CaseId)>> {
    let coordinates = |user: &UserId| people.get(user).is_some_and(|user| user.role == Role::Coordinator);
    let coordinators: BTreeSet<UserId> =
        deeds.iter().map(|deed| deed.user).filter(|user| coordinates(user)).collect();
    let rows: Vec<(UserId, CaseId)> = case_team::table
        .filter(case_team::user_id.eq_any(coordinators))
        .select((case_team::user_id, case_team::case_id))
        .load(tx.conn())?;
    Ok(rows.into_iter().collect())
}
