//! When a person may be taken in, and when a stay may end. What the shelter itself asks for is in
//! `network/rules.rs`.

use crate::cases::codes::Status;
use crate::cases::rules::case_open;
use crate::db::types::Day;
use crate::error::Unmet;
use crate::machine::{NOT_BEFORE_LAST_CHANGE, NOT_IN_THE_FUTURE, day_faults, settled, unmet};
use crate::network::codes::ShelterState;
use crate::network::rules::intake;

/// What the rows around an intake say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntakeFacts {
    /// Status of the case.
    pub status: Status,
    /// The day the case began.
    pub opened_on: Day,
    /// Whether the person stays somewhere already.
    pub open_stay: bool,
    /// The day the person last left a shelter.
    pub last_left_on: Option<Day>,
    /// State of the shelter.
    pub shelter_state: ShelterState,
    /// Beds of the shelter.
    pub beds: i32,
    /// How many stay in it.
    pub occupied: i64,
}

/// Whether the person may be taken in on this day.
pub fn take_in(facts: &IntakeFacts, arrived_on: Day, today: Day) -> Result<(), Vec<Unmet>> {
    let mut missing: Vec<_> = case_open(facts.status).err().into_iter().collect();
    if facts.open_stay {
        missing.push(open_stay_ended());
    }
    missing.extend(intake(facts.shelter_state, facts.beds, facts.occupied).err());
    if arrived_on < facts.opened_on {
        let detail = format!("the case was opened on {}; a stay is not before it", facts.opened_on);
        missing.push(unmet("not_before_opening", detail));
    }
    if let Some(left_on) = facts.last_left_on.filter(|left_on| arrived_on < *left_on) {
        let detail = format!("the person left the shelter before on {left_on}; this stay follows it");
        missing.push(unmet(NOT_BEFORE_LAST_CHANGE, detail));
    }
    if arrived_on > today {
        missing.push(unmet(NOT_IN_THE_FUTURE, "the day has not begun anywhere yet"));
    }
    settled(missing)
}

/// The guard that the database keeps too, by an index.
#[must_use]
pub fn open_stay_ended() -> Unmet {
    unmet("open_stay_ended", "the person stays in a shelter: end that stay first")
}

/// Whether the stay may end on this day.
pub fn end(arrived_on: Day, ended_on: Option<Day>, left_on: Day, today: Day) -> Result<(), Vec<Unmet>> {
    if ended_on.is_some() {
        return Err(vec![unmet("stay_open", "the stay has ended already")]);
    }
    settled(day_faults(arrived_on, left_on, today))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: u8) -> Day {
        Day::new(2026, 3, number).unwrap()
    }

    fn facts() -> IntakeFacts {
        IntakeFacts {
            status: Status::Active,
            opened_on: day(1),
            open_stay: false,
            last_left_on: Some(day(3)),
            shelter_state: ShelterState::Open,
            beds: 2,
            occupied: 1,
        }
    }

    fn guards(outcome: Result<(), Vec<Unmet>>) -> Vec<&'static str> {
        outcome.err().unwrap_or_default().into_iter().map(|unmet| unmet.guard).collect()
    }

    #[test]
    fn a_person_is_taken_in_on_the_day_they_left_another_shelter() {
        assert_eq!(take_in(&facts(), day(3), day(3)), Ok(()));
        assert_eq!(guards(take_in(&facts(), day(2), day(3))), [NOT_BEFORE_LAST_CHANGE]);
        assert_eq!(guards(take_in(&facts(), day(4), day(3))), [NOT_IN_THE_FUTURE]);
    }

    #[test]
    fn all_that_is_unmet_is_told_at_once() {
        let facts = IntakeFacts {
            status: Status::Closed,
            opened_on: day(5),
            open_stay: true,
            occupied: 2,
            ..facts()
        };
        assert_eq!(
            guards(take_in(&facts, day(2), day(9))),
            [
                "status_not_closed",
                "open_stay_ended",
                "bed_free",
                "not_before_opening",
                NOT_BEFORE_LAST_CHANGE
            ]
        );
    }

    #[test]
    fn a_stay_ends_once_and_not_before_it_began() {
        assert_eq!(end(day(2), None, day(2), day(2)), Ok(()));
        assert_eq!(guards(end(day(2), None, day(1), day(2))), [NOT_BEFORE_LAST_CHANGE]);
        assert_eq!(guards(end(day(2), Some(day(3)), day(4), day(9))), ["stay_open"]);
    }
}
