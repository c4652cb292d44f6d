//! Walking the log back by one of its indexes, a bounded number of entries at a time.
//!
//! One index is named, and all else is asked of each entry in turn: no planner has to guess which of several
//! conditions is the rare one, and what a question costs is the number of entries that it looked at.

use std::ops::{ControlFlow, Range};

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::action::{Action, Outcome};
use super::entry::SubjectId;
use super::model::LogRow;
use crate::access::{CaseId, UserId};
use crate::db::schema::audit_events;
use crate::db::{Backend, Tx};
use crate::error::Result;

/// The most rows that are in memory at once.
const LARGEST_CHUNK: i64 = 1000;

/// Entries with a position, by the index that leads to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// All of them, by position.
    Everything,
    /// What this user did.
    Actor(UserId),
    /// What was done to this case.
    Case(CaseId),
    /// What is about this row.
    Subject(SubjectId),
    /// What was seen or done.
    Action(Action),
    /// What was not done, and how that ended.
    NotDone(Outcome),
}

pub(crate) type Boxed<'a> = audit_events::BoxedQuery<'a, Backend>;

impl Way {
    /// The entries on this way whose positions are within.
    pub(crate) fn entries<'a>(self, within: &Range<i64>) -> Boxed<'a> {
        let entries = audit_events::table
            .filter(audit_events::position.is_not_null())
            .filter(audit_events::position.ge(within.start))
            .filter(audit_events::position.lt(within.end))
            .into_boxed();
        match self {
            Self::Everything => entries,
            Self::Actor(actor) => entries.filter(audit_events::actor_id.eq(actor)),
            Self::Case(case) => entries.filter(audit_events::case_id.eq(case)),
            Self::Subject(subject) => entries.filter(audit_events::subject.eq(subject)),
            Self::Action(action) => entries.filter(audit_events::action.eq(action)),
            // Word for word as the index of these says it, or no planner uses that.
            Self::NotDone(outcome) => entries
                .filter(audit_events::outcome.eq(outcome))
                .filter(diesel::dsl::sql::<Bool>("outcome <> 'done'")),
        }
    }

    /// Gives each entry within, the newest first, until it is told to stop. `first` rows are fetched at first, and
    /// twice as many whenever those were not enough.
    pub(crate) fn back(
        self,
        tx: &mut Tx<'_>,
        mut within: Range<i64>,
        first: i64,
        mut each: impl FnMut(LogRow) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let mut chunk = first.clamp(1, LARGEST_CHUNK);
        loop {
            let rows = self.entries(&within).order(audit_events::position.desc()).limit(chunk);
            let rows = LogRow::load(tx.conn(), rows)?;
            let last = i64::try_from(rows.len()).is_ok_and(|fetched| fetched < chunk);
            for row in rows {
                within.end = row.stored.position;
                if each(row)?.is_break() {
                    return Ok(());
                }
            }
            if last {
                return Ok(());
            }
            chunk = (chunk * 2).min(LARGEST_CHUNK);
        }
    }
}
