//! When a person may be erased: facts in, everything that is unmet out.

use super::codes::{ErasureDecision, ErasureState};
use crate::access::UserId;
use crate::cases::codes::Status;
use crate::error::Unmet;
use crate::machine::{settled, unmet};

/// What is asked of the case.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Its status.
    pub status: Status,
    /// Whether its person was erased.
    pub erased: bool,
    /// Whether a legal hold stands.
    pub held: bool,
    /// Whether an erasure is asked for or approved.
    pub open_erasure: bool,
}

/// Whether an erasure may be asked for.
pub fn request(case: &Facts) -> Result<(), Vec<Unmet>> {
    let mut missing = standing(case);
    if case.open_erasure {
        missing.push(unmet("no_open_erasure", "one is asked for already: decide that one, or take it back"));
    }
    settled(missing)
}

/// Whether `by` may decide so about an erasure that `requested_by` asked for.
pub fn decide(
    case: &Facts,
    state: ErasureState,
    (requested_by, by): (Option<UserId>, UserId),
    decision: ErasureDecision,
) -> Result<(), Vec<Unmet>> {
    let mut missing = Vec::new();
    if state != ErasureState::Requested {
        missing.push(unmet("erasure_requested", "it is decided already, or was taken back"));
    }
    if requested_by == Some(by) {
        missing
            .push(unmet("another_person", "whoever asked for it does not decide it: somebody else has to"));
    }
    if decision == ErasureDecision::Approve {
        missing.extend(standing(case));
    }
    settled(missing)
}

/// Whether it may be taken back: until it is carried out, by whoever objects.
pub fn withdraw(state: ErasureState) -> Result<(), Vec<Unmet>> {
    settled(match state {
        ErasureState::Requested | ErasureState::Approved => Vec::new(),
        ErasureState::Erased => vec![unmet("erasure_open", "the person is erased: nothing brings them back")],
        ErasureState::Refused | ErasureState::Withdrawn => {
            vec![unmet("erasure_open", "it was refused or taken back already")]
        }
    })
}

/// Whether an approved one may be carried out.
#[must_use]
pub fn may_be_carried_out(case: &Facts) -> bool {
    standing(case).is_empty()
}

/// Whether a hold may be placed.
pub fn hold(case: &Facts) -> Result<(), Vec<Unmet>> {
    let mut missing = Vec::new();
    if case.held {
        missing.push(unmet("no_legal_hold", "a hold stands already"));
    }
    if case.erased {
        missing.push(unmet("not_erased", "the person is erased: there is nothing to hold"));
    }
    settled(missing)
}

fn standing(case: &Facts) -> Vec<Unmet> {
    let mut missing = Vec::new();
    if case.status != Status::Closed {
        missing.push(unmet("case_closed", "somebody works on the case: close it first"));
    }
    if case.erased {
        missing.push(unmet("not_erased", "the person is erased already"));
    }
    if case.held {
        missing.push(unmet("no_legal_hold", "a legal hold stands: it has to be lifted first"));
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::ErasureDecision::{Approve, Refuse};
    use super::*;

    const CLOSED: Facts = Facts { status: Status::Closed, erased: false, held: false, open_erasure: false };

    fn guards(result: Result<(), Vec<Unmet>>) -> Vec<&'static str> {
        result.err().unwrap_or_default().into_iter().map(|unmet| unmet.guard).collect()
    }

    #[test]
    fn a_closed_case_without_a_hold_may_be_erased_and_all_that_is_missing_is_told() {
        assert!(request(&CLOSED).is_ok());
        let nothing = Facts { status: Status::Active, erased: true, held: true, open_erasure: true };
        assert_eq!(
            guards(request(&nothing)),
            ["case_closed", "not_erased", "no_legal_hold", "no_open_erasure"]
        );
        assert!(may_be_carried_out(&Facts { open_erasure: true, ..CLOSED }));
        assert!(!may_be_carried_out(&Facts { held: true, ..CLOSED }));
    }

    #[test]
    fn nobody_decides_what_they_asked_for() {
        let (one, other) = (UserId::generate(), UserId::generate());
        let decided =
            |state, requested_by, decision| guards(decide(&CLOSED, state, (requested_by, one), decision));
        assert_eq!(decided(ErasureState::Requested, Some(other), Approve), [] as [&str; 0]);
        assert_eq!(decided(ErasureState::Requested, None, Approve), [] as [&str; 0]);
        assert_eq!(decided(ErasureState::Requested, Some(one), Refuse), ["another_person"]);
        assert_eq!(decided(ErasureState::Withdrawn, Some(other), Approve), ["erasure_requested"]);
    }

    #[test]
    fn a_refusal_does_not_ask_how_the_case_stands() {
        let open = Facts { status: Status::Active, held: true, ..CLOSED };
        let by = (None, UserId::generate());
        assert!(decide(&open, ErasureState::Requested, by, ErasureDecision::Refuse).is_ok());
        let approved = decide(&open, ErasureState::Requested, by, ErasureDecision::Approve);
        assert_eq!(guards(approved), ["case_closed", "no_legal_hold"]);
    }

    #[test]
    fn what_is_over_is_not_taken_back() {
        use ErasureState::{Approved, Erased, Refused, Requested, Withdrawn};
        let may = [Requested, Approved, Refused, Withdrawn, Erased].map(|state| withdraw(state).is_ok());
        assert_eq!(may, [true, true, false, false, false]);
    }
}
