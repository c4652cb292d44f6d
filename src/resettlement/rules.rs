//! How a submission moves from preparation to arrival.

use super::codes::Category;
use super::codes::ResettlementState::{
    self, AcceptedByCountry, Arrived, Departed, DepartureScheduled, Prepared, RejectedByCountry, Submitted,
    Withdrawn,
};
use crate::cases::codes::Status;
use crate::cases::rules::case_open;
use crate::db::types::Day;
use crate::error::{Fault, Unmet};
use crate::machine::{self, day_faults, settled};

/// Every change there is. What a country rejected is submitted anew as another submission.
pub const MOVES: &[(ResettlementState, ResettlementState)] = &[
    (Prepared, Submitted),
    (Prepared, Withdrawn),
    (Submitted, AcceptedByCountry),
    (Submitted, RejectedByCountry),
    (Submitted, Withdrawn),
    (AcceptedByCountry, DepartureScheduled),
    (AcceptedByCountry, Withdrawn),
    (DepartureScheduled, Departed),
    (DepartureScheduled, Withdrawn),
    (Departed, Arrived),
];

/// Whether a submission may change so.
pub fn transition(from: ResettlementState, to: ResettlementState) -> Result<(), Unmet> {
    machine::transition(MOVES, from, to)
}

/// Whether a submission may be prepared for a case of this status, from this day.
pub fn prepare(case: Status, on: Day, today: Day) -> Result<(), Vec<Unmet>> {
    let mut missing = day_faults(on, on, today);
    missing.extend(case_open(case).err());
    settled(missing)
}

/// Whether a submission of a case of this status, in its state since a day, may change so on another.
pub fn step(
    case: Status,
    from: (ResettlementState, Day),
    to: (ResettlementState, Day),
    today: Day,
) -> Result<(), Vec<Unmet>> {
    let mut missing = machine::move_faults(MOVES, from, to, today);
    missing.extend(case_open(case).err());
    settled(missing)
}

/// Whether a country took the person, as the stage of resettlement asks.
#[must_use]
pub const fn is_accepted(state: ResettlementState) -> bool {
    match state {
        AcceptedByCountry | DepartureScheduled | Departed | Arrived => true,
        Prepared | Submitted | RejectedByCountry | Withdrawn => false,
    }
}

/// Whether the two categories of a submission go together: a second one is another one.
pub fn categories(primary: Category, secondary: Option<Category>) -> Result<(), Fault> {
    if secondary == Some(primary) {
        return Err(Fault {
            pointer: "/secondary_category".to_owned(),
            detail: "the secondary category differs from the primary one, or is absent".to_owned(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::db::types::CodeList;

    #[test]
    fn the_way_from_preparation_to_arrival_is_open() {
        let way = [Prepared, Submitted, AcceptedByCountry, DepartureScheduled, Departed, Arrived];
        for step in way.windows(2) {
            assert_eq!(transition(step[0], step[1]), Ok(()));
        }
    }

    #[test]
    fn a_refusal_names_what_comes_next() {
        let refused = transition(Submitted, Departed).unwrap_err();
        assert_eq!(
            refused.detail,
            "from submitted it goes to accepted_by_country, rejected_by_country or withdrawn"
        );
        assert_eq!(transition(Arrived, Withdrawn).unwrap_err().detail, "from arrived it goes nowhere");
    }

    #[test]
    fn nobody_is_withdrawn_who_has_departed() {
        for state in ResettlementState::all() {
            let before_departure =
                matches!(state, Prepared | Submitted | AcceptedByCountry | DepartureScheduled);
            assert_eq!(transition(*state, Withdrawn).is_ok(), before_departure, "{state}");
        }
    }

    #[test]
    fn the_second_category_is_another_one() {
        assert_eq!(categories(Category::MedicalNeeds, None), Ok(()));
        assert_eq!(categories(Category::MedicalNeeds, Some(Category::WomenGirlsAtRisk)), Ok(()));
        let fault = categories(Category::MedicalNeeds, Some(Category::MedicalNeeds)).unwrap_err();
        assert_eq!(fault.pointer, "/secondary_category");
    }

    #[test]
    fn a_closed_case_a_wrong_step_and_a_wrong_day_are_told_at_once() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let (from, to) = ((Prepared, day("2026-03-01")), (Departed, day("2026-02-01")));
        let missing = step(Status::Closed, from, to, day("2026-03-05")).unwrap_err();
        let guards: Vec<_> = missing.iter().map(|unmet| unmet.guard).collect();
        assert_eq!(guards, ["not_before_last_change", "allowed_move", "status_not_closed"]);
    }

    proptest! {
        #[test]
        fn nobody_departs_whom_no_country_accepted(steps in prop::collection::vec(select(ResettlementState::all()), 0..30)) {
            let mut state = Prepared;
            let mut accepted = false;
            for to in steps {
                if transition(state, to).is_ok() {
                    accepted |= to == AcceptedByCountry;
                    prop_assert_eq!(is_accepted(to), accepted && to != Withdrawn);
                    state = to;
                }
            }
        }
    }
}
