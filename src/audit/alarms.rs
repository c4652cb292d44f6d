//! Alarms: entries of the log that are already there, looked for when somebody asks, and by the server itself every
//! minute. What raises one costs nothing more for it.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use diesel::prelude::*;

use super::action::Action;
use super::canaries;
use super::entry::EventId;
use super::model::LogRow;
use super::walk::Way;
use crate::access::Permit;
use crate::access::permissions::AuditCanary;
use crate::db::Tx;
use crate::db::schema::audit_events;
use crate::db::types::Timestamp;
use crate::error::{Error, Result};

/// What raised an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Raised {
    /// A case on which nobody works was opened.
    Canary,
    /// A stored value did not open: it is damaged, or was changed past the program.
    BrokenSeal,
    /// A case was opened in an emergency.
    Emergency,
    /// And nobody has reviewed that in time.
    Unreviewed,
    /// A user logged in with the password that says that they are made to.
    Duress,
}

/// One way along the log on which every entry is an alarm, from a moment on.
struct Source {
    raised: Raised,
    way: Way,
    since: Option<Timestamp>,
}

fn sources(tx: &mut Tx<'_>) -> Result<Vec<Source>> {
    let always = [
        (Raised::BrokenSeal, Action::SealBroken),
        (Raised::Emergency, Action::EmergencyOpen),
        (Raised::Unreviewed, Action::EmergencyOverdue),
        (Raised::Duress, Action::DuressBegin),
    ];
    let always = always.map(|(raised, action)| Source { raised, way: Way::Action(action), since: None });
    let canaries = canaries::all(tx)?.into_iter().map(|canary| Source {
        raised: Raised::Canary,
        way: Way::Case(canary.case_id),
        since: Some(canary.created_at),
    });
    Ok(always.into_iter().chain(canaries).collect())
}

impl Source {
    fn entries<'a>(&self, within: &Range<i64>) -> super::walk::Boxed<'a> {
        let entries = self.way.entries(within);
        match self.since {
            Some(since) => entries.filter(audit_events::recorded_at.ge(since)),
            None => entries,
        }
    }
}

/// Up to `limit` alarms before the position `start`, the newest first.
pub(crate) fn list(
    tx: &mut Tx<'_>,
    _: &Permit<AuditCanary>,
    start: Option<i64>,
    limit: i64,
) -> Result<Vec<LogRow>> {
    let before = 0..start.unwrap_or(i64::MAX);
    // What is an alarm for two reasons is one.
    let mut rows = BTreeMap::new();
    for source in sources(tx)? {
        let found = source.entries(&before).order(audit_events::position.desc()).limit(limit);
        let found = LogRow::load(tx.conn(), found)?;
        rows.extend(found.into_iter().map(|row| (Reverse(row.stored.position), row)));
    }
    let limit = usize::try_from(limit).map_err(Error::internal)?;
    Ok(rows.into_values().take(limit).collect())
}

/// The alarms within these positions, for the server's own look: no more of an entry than its id.
pub(crate) fn raised(tx: &mut Tx<'_>, within: &Range<i64>) -> Result<BTreeMap<EventId, Raised>> {
    let mut raised = BTreeMap::new();
    for source in sources(tx)? {
        let found: Vec<EventId> = source.entries(within).select(audit_events::id).load(tx.conn())?;
        raised.extend(found.into_iter().map(|id| (id, source.raised)));
    }
    Ok(raised)
}
