//! What every state machine of the domains shares: a table of moves, and the days a move may bear.
//!
//! The tables themselves, and what else a move needs, stand in the `rules` of each domain.

use chrono::TimeDelta;

use crate::db::types::{CodeList, Day, Timestamp};
use crate::error::Unmet;

/// Guard of every table: the move is in it.
pub const ALLOWED_MOVE: &str = "allowed_move";
/// Guard of every dated step: not before the step that it follows.
pub const NOT_BEFORE_LAST_CHANGE: &str = "not_before_last_change";
/// Guard of every dated step: the day has begun.
pub const NOT_IN_THE_FUTURE: &str = "not_in_the_future";

/// An unmet guard.
#[must_use]
pub fn unmet(guard: &'static str, detail: impl Into<String>) -> Unmet {
    Unmet { guard, detail: detail.into() }
}

/// Whether the table has the move; the refusal names those it has from here.
pub fn transition<S>(moves: &[(S, S)], from: S, to: S) -> Result<(), Unmet>
where
    S: CodeList + PartialEq,
{
    if moves.contains(&(from, to)) {
        return Ok(());
    }
    let allowed = moves.iter().filter(|(start, _)| *start == from).map(|(_, end)| *end);
    Err(unmet(ALLOWED_MOVE, format!("from {} it goes {}", from.code(), destinations(allowed))))
}

/// "to a, b or c", or "nowhere": the end of a sentence about a table.
pub fn destinations<S: CodeList>(codes: impl IntoIterator<Item = S>) -> String {
    let mut codes: Vec<_> = codes.into_iter().map(CodeList::code).collect();
    match codes.pop() {
        None => "nowhere".to_owned(),
        Some(only) if codes.is_empty() => format!("to {only}"),
        Some(last) => format!("to {} or {last}", codes.join(", ")),
    }
}

/// What is wrong with the day of a step that follows one of `since`; `today` as in
/// [`latest_day`].
#[must_use]
pub fn day_faults(since: Day, on: Day, today: Day) -> Vec<Unmet> {
    let mut faults = Vec::new();
    if on < since {
        faults.push(unmet(
            NOT_BEFORE_LAST_CHANGE,
            format!("the last change was on {since}; this one follows it"),
        ));
    }
    if on > today {
        faults.push(unmet(NOT_IN_THE_FUTURE, "the day has not begun anywhere yet"));
    }
    faults
}

/// What is wrong with a move of a table, made on a day, from a state that holds since another.
#[must_use]
pub fn move_faults<S>(moves: &[(S, S)], (from, since): (S, Day), (to, on): (S, Day), today: Day) -> Vec<Unmet>
where
    S: CodeList + PartialEq,
{
    let mut faults = day_faults(since, on, today);
    faults.extend(transition(moves, from, to).err());
    faults
}

/// The latest day that has begun somewhere on earth (UTC+14).
///
/// A caseworker in Seoul writes down today's move before it is today in UTC, and is not told to wait.
#[must_use]
pub fn latest_day(now: Timestamp) -> Day {
    now.plus(TimeDelta::hours(14)).date()
}

/// `Ok` when nothing is unmet: the end of a rule that collects everything first.
pub fn settled(unmet: Vec<Unmet>) -> Result<(), Vec<Unmet>> {
    if unmet.is_empty() { Ok(()) } else { Err(unmet) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::actor::Role::{self, Administrator, Auditor, Caseworker, Reader};

    const MOVES: &[(Role, Role)] = &[(Caseworker, Auditor), (Caseworker, Reader), (Auditor, Administrator)];

    #[test]
    fn a_refusal_names_what_is_allowed_from_here() {
        let detail = |from, to| transition(MOVES, from, to).unwrap_err().detail;
        assert_eq!(transition(MOVES, Caseworker, Reader), Ok(()));
        assert_eq!(detail(Caseworker, Administrator), "from caseworker it goes to auditor or reader");
        assert_eq!(detail(Auditor, Reader), "from auditor it goes to administrator");
        assert_eq!(detail(Reader, Auditor), "from reader it goes nowhere");
    }

    #[test]
    fn a_day_is_neither_before_the_last_change_nor_in_the_future() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let guards = |on| {
            day_faults(day("2026-03-01"), day(on), day("2026-03-05"))
                .iter()
                .map(|u| u.guard)
                .collect::<Vec<_>>()
        };
        assert!(guards("2026-03-01").is_empty());
        assert!(guards("2026-03-05").is_empty());
        assert_eq!(guards("2026-02-28"), [NOT_BEFORE_LAST_CHANGE]);
        assert_eq!(guards("2026-03-06"), [NOT_IN_THE_FUTURE]);
    }

    #[test]
    fn it_is_already_tomorrow_in_seoul() {
        let evening_in_utc: Timestamp = "2026-03-01T16:00:00Z".parse().unwrap();
        let morning_in_utc: Timestamp = "2026-03-01T09:00:00Z".parse().unwrap();
        assert_eq!(latest_day(evening_in_utc).to_string(), "2026-03-02");
        assert_eq!(latest_day(morning_in_utc).to_string(), "2026-03-01");
    }
}
