//! Journeys over several borders, by example and by property.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::db::types::{CodeList, Day};

fn country(code: &str) -> Country {
    code.parse().unwrap()
}

fn day(number: u8) -> Day {
    Day::new(2026, 3, number).unwrap()
}

fn leg(from: &str, to: &str, state: LegState) -> LegFacts {
    let started = (state != LegState::Planned && state != LegState::Cancelled).then(|| day(2));
    LegFacts {
        from_country: country(from),
        to_country: country(to),
        state,
        planned_on: day(1),
        started_on: started,
        ended_on: started.filter(|_| state != LegState::Underway).map(|_| day(3)),
    }
}

fn guards(result: Result<(), Vec<Unmet>>) -> Vec<&'static str> {
    result.err().unwrap_or_default().iter().map(|unmet| unmet.guard).collect()
}

fn start(journey: JourneyState, legs: &[LegFacts], index: usize) -> Result<(), Vec<Unmet>> {
    next_leg_state(journey, legs, index, LegState::Underway, day(5), day(9))
}

#[test]
fn legs_are_planned_each_from_where_the_one_before_ends() {
    let through_laos = [
        leg("CHN", "CHN", LegState::Planned),
        leg("CHN", "LAO", LegState::Planned),
        leg("LAO", "THA", LegState::Planned),
    ];
    assert_eq!(plan(&through_laos), Ok(()));
    let gap = [leg("CHN", "LAO", LegState::Planned), leg("VNM", "THA", LegState::Planned)];
    assert_eq!(guards(plan(&gap)), ["leg_contiguous"]);
}

#[test]
fn a_leg_is_not_planned_before_the_one_it_follows() {
    let legs = [LegFacts { planned_on: day(7), ..leg("CHN", "LAO", LegState::Planned) }];
    let result = add_leg(JourneyState::Approved, &legs, country("VNM"), day(6));
    assert_eq!(guards(result), ["leg_contiguous", "legs_in_order"]);
    assert_eq!(add_leg(JourneyState::Underway, &legs, country("LAO"), day(7)), Ok(()));
}

#[test]
fn a_journey_that_has_ended_takes_no_more_legs() {
    for state in [JourneyState::Completed, JourneyState::Abandoned] {
        assert_eq!(guards(add_leg(state, &[], country("CHN"), day(1))), ["journey_open"]);
    }
}

#[test]
fn an_approval_needs_a_leg_that_was_not_cancelled() {
    assert_eq!(approve(JourneyState::Planned, &[leg("CHN", "MNG", LegState::Planned)]), Ok(()));
    assert_eq!(guards(approve(JourneyState::Planned, &[])), ["leg_planned"]);
    let cancelled = [leg("CHN", "MNG", LegState::Cancelled)];
    assert_eq!(guards(approve(JourneyState::Approved, &cancelled)), ["allowed_move", "leg_planned"]);
}

#[test]
fn nobody_starts_before_the_approval() {
    let legs = [leg("CHN", "MNG", LegState::Planned)];
    assert_eq!(guards(start(JourneyState::Planned, &legs, 0)), ["journey_approved"]);
    assert_eq!(start(JourneyState::Approved, &legs, 0), Ok(()));
}

#[test]
fn a_leg_starts_when_the_one_before_it_has_ended() {
    let next = leg("LAO", "THA", LegState::Planned);
    for state in [LegState::Planned, LegState::Underway] {
        let legs = [leg("CHN", "LAO", state), next];
        assert_eq!(guards(start(JourneyState::Underway, &legs, 1)), ["previous_leg_ended"]);
    }
    assert_eq!(start(JourneyState::Underway, &[leg("CHN", "LAO", LegState::Arrived), next], 1), Ok(()));
}

#[test]
fn whoever_was_turned_back_starts_again_from_where_they_are() {
    let back = leg("CHN", "LAO", LegState::TurnedBack);
    let onward = [back, leg("LAO", "THA", LegState::Planned)];
    assert_eq!(guards(start(JourneyState::Underway, &onward, 1)), ["leg_contiguous"]);
    let again = [back, leg("LAO", "THA", LegState::Cancelled), leg("CHN", "VNM", LegState::Planned)];
    assert_eq!(start(JourneyState::Underway, &again, 2), Ok(()));
}

#[test]
fn a_leg_neither_starts_nor_ends_before_what_it_follows() {
    let legs = [leg("CHN", "LAO", LegState::Arrived), leg("LAO", "THA", LegState::Planned)];
    let early = next_leg_state(JourneyState::Underway, &legs, 1, LegState::Underway, day(2), day(9));
    assert_eq!(guards(early), ["not_before_last_change"]);
    let underway = [leg("CHN", "LAO", LegState::Underway)];
    let early = next_leg_state(JourneyState::Underway, &underway, 0, LegState::Arrived, day(1), day(9));
    assert_eq!(guards(early), ["not_before_last_change"]);
}

#[test]
fn a_journey_follows_its_legs() {
    let destination = country("THA");
    let after = |state, legs: &[LegFacts]| derive_state(state, legs, destination);
    let planned = leg("LAO", "THA", LegState::Planned);
    assert_eq!(after(JourneyState::Approved, &[planned]), JourneyState::Approved);
    let underway = [leg("CHN", "LAO", LegState::Underway), planned];
    assert_eq!(after(JourneyState::Approved, &underway), JourneyState::Underway);
    let halfway = [leg("CHN", "LAO", LegState::Arrived)];
    assert_eq!(after(JourneyState::Underway, &halfway), JourneyState::Underway);
    let there = [leg("CHN", "LAO", LegState::Arrived), leg("LAO", "THA", LegState::Arrived)];
    assert_eq!(after(JourneyState::Underway, &there), JourneyState::Completed);
    assert_eq!(after(JourneyState::Abandoned, &there), JourneyState::Abandoned);
}

#[test]
fn a_journey_is_not_given_up_while_somebody_is_on_the_way() {
    let legs = [leg("CHN", "LAO", LegState::Underway)];
    let result = next_state(JourneyState::Underway, JourneyState::Abandoned, &legs, country("THA"));
    assert_eq!(guards(result), ["no_leg_underway"]);
}

#[test]
fn an_ended_leg_stays_ended_unless_contact_was_lost() {
    for state in [LegState::Arrived, LegState::TurnedBack, LegState::Intercepted, LegState::Cancelled] {
        for to in LegState::all() {
            assert!(leg_transition(state, *to).is_err(), "{state} to {to}");
        }
    }
    let refused = leg_transition(LegState::LostContact, LegState::Underway).unwrap_err();
    assert_eq!(refused.detail, "from lost_contact it goes to arrived, turned_back or intercepted");
}

proptest! {
    #[test]
    fn never_are_two_legs_underway_and_none_without_an_approval(
        steps in prop::collection::vec((0_usize..3, select(LegState::all())), 0..40),
        approve_after in 0_usize..10,
    ) {
        let mut legs = [
            leg("CHN", "LAO", LegState::Planned),
            leg("LAO", "THA", LegState::Planned),
            leg("THA", "KOR", LegState::Planned),
        ];
        let mut journey = JourneyState::Planned;
        for (number, (index, to)) in steps.into_iter().enumerate() {
            if number == approve_after && approve(journey, &legs).is_ok() {
                journey = JourneyState::Approved;
            }
            if next_leg_state(journey, &legs, index, to, day(5), day(9)).is_ok() {
                legs[index].state = to;
                if to == LegState::Underway {
                    legs[index].started_on = Some(day(5));
                } else {
                    legs[index].ended_on = Some(day(5));
                }
                let next = derive_state(journey, &legs, country("KOR"));
                prop_assert!(next == journey || transition(journey, next).is_ok() || next == JourneyState::Completed);
                journey = next;
            }
            let underway = legs.iter().filter(|leg| leg.state == LegState::Underway).count();
            prop_assert!(underway <= 1);
            prop_assert!(underway == 0 || journey == JourneyState::Underway);
            prop_assert!(journey != JourneyState::Completed || legs[2].state == LegState::Arrived);
        }
    }
}
