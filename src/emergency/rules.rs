//! When a case may be opened in an emergency: facts in, everything that is unmet out.

use chrono::TimeDelta;

use super::codes::ReviewFinding;
use crate::access::UserId;
use crate::db::types::Timestamp;
use crate::error::Unmet;
use crate::machine::{settled, unmet};

/// The longest that one lasts, in minutes.
pub const LONGEST_MINUTES: i64 = 60;
/// How soon an auditor has to review it.
pub const REVIEWED_WITHIN: TimeDelta = TimeDelta::hours(72);
/// How often it is said again that nobody has.
pub const REMINDED_EACH: TimeDelta = TimeDelta::days(1);
/// The most that one user opens within [`COUNTED_FOR`], those that were ended early included.
pub const MOST: i64 = 3;
/// For how long one counts.
pub const COUNTED_FOR: TimeDelta = TimeDelta::days(1);
/// What is shorter explains nothing.
pub const SHORTEST_EXPLANATION: usize = 10;

/// What is asked before a case is opened.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Whether the case opens to its team alone.
    pub restricted: bool,
    /// Whether the user has one that lasts.
    pub has_open: bool,
    /// How many the user began within [`COUNTED_FOR`].
    pub lately: i64,
}

/// Whether one may begin.
pub fn open(facts: Facts) -> Result<(), Vec<Unmet>> {
    let mut missing = Vec::new();
    if facts.restricted {
        missing.push(unmet(
            "not_restricted",
            "the case is restricted: it opens to its team alone, in an emergency too",
        ));
    }
    if facts.has_open {
        missing.push(unmet(
            "no_open_emergency",
            "you have an emergency access that lasts: end that one first, with POST \
             /v1/emergency-accesses/{emergency_access}/end",
        ));
    }
    if facts.lately >= MOST {
        missing.push(unmet(
            "few_emergencies",
            format!(
                "you have opened {MOST} cases in an emergency within a day: ask a coordinator for a place on the team"
            ),
        ));
    }
    settled(missing)
}

/// Whether one may be ended.
pub fn end(ends_at: Timestamp, now: Timestamp) -> Result<(), Vec<Unmet>> {
    settled(if ends_at > now { Vec::new() } else { vec![unmet("emergency_lasts", "it has ended already")] })
}

/// Whether `by` may review one of `user`.
pub fn review(
    (user, ends_at, finding): (UserId, Timestamp, Option<ReviewFinding>),
    by: UserId,
    now: Timestamp,
) -> Result<(), Vec<Unmet>> {
    let mut missing = Vec::new();
    if finding.is_some() {
        missing.push(unmet("not_reviewed", "it was reviewed already"));
    }
    if ends_at > now {
        missing.push(unmet(
            "emergency_ended",
            "it lasts still, and more may be opened: review it when it has ended",
        ));
    }
    if by == user {
        missing.push(unmet("reviewed_by_another", "you opened it yourself: another auditor reviews it"));
    }
    settled(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guards(outcome: Result<(), Vec<Unmet>>) -> Vec<&'static str> {
        outcome.err().unwrap_or_default().into_iter().map(|unmet| unmet.guard).collect()
    }

    #[test]
    fn everything_in_the_way_is_told_at_once() {
        let free = Facts { restricted: false, has_open: false, lately: MOST - 1 };
        assert_eq!(guards(open(free)), [""; 0]);
        let stuck = Facts { restricted: true, has_open: true, lately: MOST };
        assert_eq!(guards(open(stuck)), ["not_restricted", "no_open_emergency", "few_emergencies"]);
    }

    #[test]
    fn one_that_ends_now_has_ended() {
        let now = Timestamp::from_micros(1_000);
        assert_eq!(guards(end(now, now)), ["emergency_lasts"]);
        assert_eq!(guards(end(Timestamp::from_micros(1_001), now)), [""; 0]);
    }

    #[test]
    fn it_is_reviewed_once_when_it_is_over_and_by_somebody_else() {
        let (user, auditor) = (UserId::generate(), UserId::generate());
        let (before, now, later) = (1, 2, 3);
        let [before, now, later] = [before, now, later].map(Timestamp::from_micros);
        assert_eq!(guards(review((user, before, None), auditor, now)), [""; 0]);
        assert_eq!(guards(review((user, now, None), auditor, now)), [""; 0]);
        assert_eq!(
            guards(review((user, later, Some(ReviewFinding::Unclear)), user, now)),
            ["not_reviewed", "emergency_ended", "reviewed_by_another"]
        );
    }
}
