//! How an application moves from registration to a decision, an appeal, a closure.

use super::codes::ApplicationState::{
    self, AppealPending, Closed, DecisionPending, InterviewScheduled, Interviewed, OtherProtection,
    Recognized, Registered, Rejected,
};
use crate::cases::codes::Status;
use crate::cases::rules::case_open;
use crate::db::types::Day;
use crate::error::Unmet;
use crate::machine::{self, day_faults, settled};

/// Every change there is.
///
/// An undecided application may be closed at any time (withdrawn, or abandoned after a missed
/// interview), a rejected one when no appeal is made, a granted one when the protection ends. An
/// embassy may decide on the papers, without an interview. A closed one can be reopened.
pub const MOVES: &[(ApplicationState, ApplicationState)] = &[
    (Registered, InterviewScheduled),
    (Registered, DecisionPending),
    (Registered, Closed),
    (InterviewScheduled, Interviewed),
    (InterviewScheduled, Closed),
    (Interviewed, InterviewScheduled),
    (Interviewed, DecisionPending),
    (Interviewed, Closed),
    (DecisionPending, Recognized),
    (DecisionPending, OtherProtection),
    (DecisionPending, Rejected),
    (DecisionPending, Closed),
    (Rejected, AppealPending),
    (Rejected, Closed),
    (AppealPending, Recognized),
    (AppealPending, OtherProtection),
    (AppealPending, Rejected),
    (AppealPending, Closed),
    (OtherProtection, AppealPending),
    (Recognized, Closed),
    (OtherProtection, Closed),
    (Closed, Registered),
];

/// Whether an application may change so.
pub fn transition(from: ApplicationState, to: ApplicationState) -> Result<(), Unmet> {
    machine::transition(MOVES, from, to)
}

/// Whether an application lodged on this day may be recorded for a case of this status. It may be older
/// than the case: people apply before they meet the network.
pub fn record(case: Status, applied_on: Day, today: Day) -> Result<(), Vec<Unmet>> {
    let mut missing = day_faults(applied_on, applied_on, today);
    missing.extend(case_open(case).err());
    settled(missing)
}

/// Whether an application of a case of this status, in its state since a day, may change so on another.
pub fn step(
    case: Status,
    from: (ApplicationState, Day),
    to: (ApplicationState, Day),
    today: Day,
) -> Result<(), Vec<Unmet>> {
    let mut missing = machine::move_faults(MOVES, from, to, today);
    missing.extend(case_open(case).err());
    settled(missing)
}

/// The day of the decision once the application enters a state: the closure of a decided one leaves it,
/// an appeal or a reopening takes it away.
#[must_use]
pub fn decision_day(decided_on: Option<Day>, to: ApplicationState, on: Day) -> Option<Day> {
    is_decided(to).then(|| decided_on.unwrap_or(on))
}

/// Whether the state is a decision or a closure, and so bears its day.
#[must_use]
pub const fn is_decided(state: ApplicationState) -> bool {
    match state {
        Recognized | OtherProtection | Rejected | Closed => true,
        Registered | InterviewScheduled | Interviewed | DecisionPending | AppealPending => false,
    }
}

/// Whether the application still carries the person, as the stage of asylum asks.
#[must_use]
pub const fn is_open(state: ApplicationState) -> bool {
    match state {
        Rejected | Closed => false,
        Registered | InterviewScheduled | Interviewed | DecisionPending | Recognized | OtherProtection
        | AppealPending => true,
    }
}

/// Whether protection was given, as the stage of resettlement asks.
#[must_use]
pub const fn is_granted(state: ApplicationState) -> bool {
    match state {
        Recognized | OtherProtection => true,
        Registered | InterviewScheduled | Interviewed | DecisionPending | Rejected | Closed
        | AppealPending => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::db::types::CodeList;

    #[test]
    fn the_way_to_a_decision_and_through_an_appeal_is_open() {
        let way = [
            Registered,
            InterviewScheduled,
            Interviewed,
            DecisionPending,
            Rejected,
            AppealPending,
            Recognized,
        ];
        for step in way.windows(2) {
            assert_eq!(transition(step[0], step[1]), Ok(()));
        }
    }

    #[test]
    fn a_refusal_names_what_comes_next() {
        let refused = transition(Rejected, Recognized).unwrap_err();
        assert_eq!(refused.detail, "from rejected it goes to appeal_pending or closed");
    }

    #[test]
    fn a_closed_application_is_only_reopened() {
        for state in ApplicationState::all() {
            assert_eq!(transition(Closed, *state).is_ok(), *state == Registered);
        }
    }

    #[test]
    fn every_undecided_application_may_be_closed() {
        for state in ApplicationState::all().iter().filter(|state| !is_decided(**state)) {
            assert_eq!(transition(*state, Closed), Ok(()));
        }
    }

    #[test]
    fn a_wrong_step_on_a_wrong_day_is_told_at_once() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let missing = step(
            Status::Active,
            (Registered, day("2026-03-01")),
            (Recognized, day("2026-02-01")),
            day("2026-03-05"),
        )
        .unwrap_err();
        let guards: Vec<_> = missing.iter().map(|unmet| unmet.guard).collect();
        assert_eq!(guards, ["not_before_last_change", "allowed_move"]);
    }

    #[test]
    fn a_closed_case_and_a_day_to_come_are_told_at_once() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let missing = record(Status::Closed, day("2026-03-06"), day("2026-03-05")).unwrap_err();
        let guards: Vec<_> = missing.iter().map(|unmet| unmet.guard).collect();
        assert_eq!(guards, ["not_in_the_future", "status_not_closed"]);
        assert_eq!(record(Status::Detained, day("2026-03-05"), day("2026-03-05")), Ok(()));
    }

    #[test]
    fn the_day_of_a_decision_stands_until_an_appeal() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let (rejected_on, later) = (day("2026-03-01"), day("2026-03-20"));
        assert_eq!(decision_day(None, Rejected, rejected_on), Some(rejected_on));
        assert_eq!(decision_day(Some(rejected_on), Closed, later), Some(rejected_on));
        assert_eq!(decision_day(Some(rejected_on), AppealPending, later), None);
        assert_eq!(decision_day(Some(rejected_on), Registered, later), None);
    }

    proptest! {
        #[test]
        fn protection_is_given_only_by_a_decision_or_an_appeal(steps in prop::collection::vec(select(ApplicationState::all()), 0..30)) {
            let mut state = Registered;
            for to in steps {
                if transition(state, to).is_ok() {
                    prop_assert!(!is_granted(to) || matches!(state, DecisionPending | AppealPending));
                    prop_assert!(!is_granted(to) || is_decided(to));
                    prop_assert!(to != state);
                    state = to;
                }
            }
        }
    }
}
