//! Who may be taken in, and how a shelter's state changes.
//!
//! That two callers do not take the last bed at once is the store's to ensure: it counts inside the
//! transaction that writes the stay.

use super::codes::ShelterState;
use crate::error::Unmet;
use crate::machine::{self, unmet};

/// Every change of a shelter's state. A place that became known is never simply open again: it is
/// paused first, so that somebody has looked at it.
pub const SHELTER_MOVES: &[(ShelterState, ShelterState)] = &[
    (ShelterState::Open, ShelterState::Paused),
    (ShelterState::Open, ShelterState::Compromised),
    (ShelterState::Open, ShelterState::Closed),
    (ShelterState::Paused, ShelterState::Open),
    (ShelterState::Paused, ShelterState::Compromised),
    (ShelterState::Paused, ShelterState::Closed),
    (ShelterState::Compromised, ShelterState::Paused),
    (ShelterState::Compromised, ShelterState::Closed),
];

/// Whether a shelter's state may change so.
pub fn transition(from: ShelterState, to: ShelterState) -> Result<(), Unmet> {
    machine::transition(SHELTER_MOVES, from, to)
}

/// Whether a shelter takes one more person in.
pub fn intake(state: ShelterState, beds: i32, occupied: i64) -> Result<(), Unmet> {
    if state != ShelterState::Open {
        return Err(unmet("shelter_open", "the shelter takes nobody in now"));
    }
    if occupied >= i64::from(beds) {
        return Err(unmet("bed_free", "every bed of the shelter is taken"));
    }
    Ok(())
}

/// Whether a shelter may have so many beds: never fewer than people asleep in it.
pub fn resize(beds: i32, occupied: i64) -> Result<(), Unmet> {
    if i64::from(beds) < occupied {
        return Err(unmet("beds_not_below_occupied", "more people stay there than that: move them first"));
    }
    Ok(())
}

/// Whether a shelter may be closed: nobody may be left behind in it.
pub fn close_shelter(from: ShelterState, occupied: i64) -> Result<(), Vec<Unmet>> {
    let mut missing: Vec<_> = transition(from, ShelterState::Closed).err().into_iter().collect();
    if occupied > 0 {
        missing.push(unmet("shelter_empty", "people stay there still: end their stays first"));
    }
    machine::settled(missing)
}

/// Whether a shelter may be changed so; a state that it has already is no change.
pub fn change_shelter(
    from: ShelterState,
    to: Option<ShelterState>,
    beds: Option<i32>,
    occupied: i64,
) -> Result<(), Vec<Unmet>> {
    let mut missing: Vec<_> = beds.and_then(|beds| resize(beds, occupied).err()).into_iter().collect();
    match to.filter(|to| *to != from) {
        None => {}
        Some(ShelterState::Closed) => missing.extend(close_shelter(from, occupied).err().unwrap_or_default()),
        Some(to) => missing.extend(transition(from, to).err()),
    }
    machine::settled(missing)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::db::types::CodeList;

    #[test]
    fn a_compromised_shelter_is_never_simply_open_again() {
        let refused = transition(ShelterState::Compromised, ShelterState::Open).unwrap_err();
        assert_eq!(refused.detail, "from compromised it goes to paused or closed");
        assert_eq!(transition(ShelterState::Compromised, ShelterState::Paused), Ok(()));
    }

    #[test]
    fn a_closed_shelter_stays_closed() {
        for state in ShelterState::all() {
            assert!(transition(ShelterState::Closed, *state).is_err());
        }
    }

    #[test]
    fn nobody_is_left_behind_in_a_closed_shelter() {
        assert_eq!(close_shelter(ShelterState::Compromised, 0), Ok(()));
        let missing = close_shelter(ShelterState::Closed, 2).unwrap_err();
        assert_eq!(
            missing.iter().map(|unmet| unmet.guard).collect::<Vec<_>>(),
            ["allowed_move", "shelter_empty"]
        );
    }

    #[test]
    fn beds_are_not_taken_from_under_people() {
        assert_eq!(resize(3, 3), Ok(()));
        assert_eq!(resize(2, 3).unwrap_err().guard, "beds_not_below_occupied");
    }

    #[test]
    fn a_change_of_a_shelter_tells_all_that_is_unmet_at_once() {
        let guards = |to, beds| {
            let missing = change_shelter(ShelterState::Open, to, beds, 3).err().unwrap_or_default();
            missing.into_iter().map(|unmet| unmet.guard).collect::<Vec<_>>()
        };
        assert!(guards(None, None).is_empty());
        assert!(guards(Some(ShelterState::Open), Some(3)).is_empty());
        assert!(guards(Some(ShelterState::Compromised), Some(4)).is_empty());
        assert_eq!(guards(Some(ShelterState::Closed), Some(2)), ["beds_not_below_occupied", "shelter_empty"]);
    }

    proptest! {
        #[test]
        fn capacity_is_never_exceeded(state in select(ShelterState::all()), beds in 1_i32..=500, occupied in 0_i64..=600) {
            let taken = intake(state, beds, occupied).is_ok();
            prop_assert_eq!(taken, state == ShelterState::Open && occupied < i64::from(beds));
        }
    }
}
