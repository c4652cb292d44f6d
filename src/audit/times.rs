//! From a stretch of time to the positions between which all its entries are.
//!
//! Positions are given in the order of commits, and the moment of an entry is when its request began: it may be a
//! little behind that of an entry before it. Two searches by position find the stretch with a margin on both sides,
//! and whoever reads the entries leaves out those of the margin. That needs no index by time, which every read of a
//! case would have to pay for.

use std::ops::Range;

use chrono::TimeDelta;
use diesel::prelude::*;

use super::log;
use crate::db::Tx;
use crate::db::schema::audit_events;
use crate::db::types::Timestamp;
use crate::error::Result;

/// How far behind an entry before it the moment of an entry may be. A request is given up after half a minute, and
/// its entry is committed soon after; the rest is for the clocks of several servers beside one database.
const MOST_BEHIND: TimeDelta = TimeDelta::minutes(5);

/// A stretch of time, open where nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// At or after this moment.
    pub after: Option<Timestamp>,
    /// Before this moment.
    pub before: Option<Timestamp>,
}

impl Stretch {
    /// Whether a moment is in it.
    pub(crate) fn holds(&self, at: Timestamp) -> bool {
        self.after.is_none_or(|after| at >= after) && self.before.is_none_or(|before| at < before)
    }

    /// The positions between which all its entries are, with some of the time around it.
    pub(crate) fn positions(&self, tx: &mut Tx<'_>) -> Result<Range<i64>> {
        let mut range = 0..log::size(tx.conn())?;
        if let Some(after) = self.after {
            range.start = reached(tx, &range, after.plus(-MOST_BEHIND))?;
        }
        if let Some(before) = self.before {
            range.end = reached(tx, &range, before.plus(MOST_BEHIND))?;
        }
        Ok(range)
    }
}

/// A position whose entry is at or after `moment`, and the entry before it is not; the end where there is none.
///
/// With the margin that is exact. Be `p` the position for `after - margin`: the entry at `p - 1` is before that, so
/// none before it is later than `after`. Be it for `before + margin`: the entry at `p` is at or after that, so none
/// behind it is earlier than `before`.
fn reached(tx: &mut Tx<'_>, range: &Range<i64>, moment: Timestamp) -> Result<i64> {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = low.midpoint(high);
        if moment_at(tx, middle)?.is_none_or(|at| at >= moment) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low)
}

/// The moment of the first entry at or behind a position.
pub(super) fn moment_at(tx: &mut Tx<'_>, position: i64) -> Result<Option<Timestamp>> {
    Ok(audit_events::table
        .filter(audit_events::position.ge(position))
        .order(audit_events::position.asc())
        .select(audit_events::recorded_at)
        .first(tx.conn())
        .optional()?)
}
