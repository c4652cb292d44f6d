//! What a coordinator's approval covers: the whole plan, as it was when they saw it.
//!
//! A leg that nobody approved must not start, so a plan that grows is approved again, and one that is
//! underway does not grow. How legs follow each other is in `rules.rs`.

use super::codes::JourneyState;
use super::rules::{self, LegFacts};
use crate::cases::codes::Status;
use crate::cases::rules::case_open;
use crate::db::types::{Country, Day};
use crate::error::Unmet;
use crate::machine::{settled, unmet};

/// The longest way known has a dozen legs; more than this is a mistake.
pub const MOST_LEGS: usize = 50;

/// Whether another journey may be planned with these legs.
pub fn plan(case: Status, open_journey: bool, legs: &[LegFacts]) -> Result<(), Vec<Unmet>> {
    let mut missing: Vec<_> = case_open(case).err().into_iter().collect();
    if open_journey {
        missing.push(open_journey_ended());
    }
    missing.extend(rules::plan(legs).err().unwrap_or_default());
    settled(missing)
}

/// The guard that the database keeps too, by an index.
#[must_use]
pub fn open_journey_ended() -> Unmet {
    unmet("open_journey_ended", "another journey is open: complete or abandon it first")
}

/// Whether a journey may be approved by somebody; `own_plan` says whether it, or a leg of it, is theirs.
pub fn approve(
    case: Status,
    journey: JourneyState,
    legs: &[LegFacts],
    own_plan: bool,
) -> Result<(), Vec<Unmet>> {
    let mut missing: Vec<_> = case_open(case).err().into_iter().collect();
    missing.extend(rules::approve(journey, legs).err().unwrap_or_default());
    if own_plan {
        missing
            .push(unmet("approved_by_another", "nobody approves what they planned: ask another coordinator"));
    }
    settled(missing)
}

/// Whether a leg may be added. The journey is then planned, whether it had been approved or not.
pub fn add_leg(
    case: Status,
    journey: JourneyState,
    legs: &[LegFacts],
    from_country: Country,
    planned_on: Day,
) -> Result<(), Vec<Unmet>> {
    let mut missing: Vec<_> = case_open(case).err().into_iter().collect();
    if journey == JourneyState::Underway {
        let detail = "the journey is underway as it was approved: abandon it and plan another one";
        missing.push(unmet("journey_not_started", detail));
    }
    if legs.len() >= MOST_LEGS {
        missing.push(unmet("room_for_leg", format!("a journey has at most {MOST_LEGS} legs")));
    }
    missing.extend(rules::add_leg(journey, legs, from_country, planned_on).err().unwrap_or_default());
    settled(missing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transit::codes::LegState;

    fn country(code: &str) -> Country {
        code.parse().unwrap()
    }

    fn day(number: u8) -> Day {
        Day::new(2026, 3, number).unwrap()
    }

    fn leg(from: &str, to: &str) -> LegFacts {
        LegFacts {
            from_country: country(from),
            to_country: country(to),
            state: LegState::Planned,
            planned_on: day(2),
            started_on: None,
            ended_on: None,
        }
    }

    fn guards(outcome: Result<(), Vec<Unmet>>) -> Vec<&'static str> {
        outcome.err().unwrap_or_default().into_iter().map(|unmet| unmet.guard).collect()
    }

    #[test]
    fn nobody_approves_what_they_planned() {
        let legs = [leg("CHN", "MNG")];
        let approve = |own_plan| approve(Status::Active, JourneyState::Planned, &legs, own_plan);
        assert_eq!(approve(false), Ok(()));
        assert_eq!(guards(approve(true)), ["approved_by_another"]);
    }

    #[test]
    fn an_approval_asks_for_an_open_case_and_a_leg_at_once() {
        let missing = approve(Status::Closed, JourneyState::Planned, &[], false);
        assert_eq!(guards(missing), ["status_not_closed", "leg_planned"]);
    }

    #[test]
    fn one_journey_is_planned_at_a_time() {
        let legs = [leg("CHN", "LAO"), leg("LAO", "THA")];
        assert_eq!(plan(Status::Active, false, &legs), Ok(()));
        assert_eq!(guards(plan(Status::Active, true, &legs)), ["open_journey_ended"]);
        assert_eq!(
            guards(plan(Status::Closed, false, &[leg("CHN", "LAO"), leg("VNM", "THA")])),
            ["status_not_closed", "leg_contiguous"]
        );
    }

    #[test]
    fn a_plan_grows_until_the_journey_starts() {
        let legs = [leg("CHN", "LAO")];
        let add = |state| add_leg(Status::Active, state, &legs, country("LAO"), day(3));
        assert_eq!(add(JourneyState::Planned), Ok(()));
        assert_eq!(add(JourneyState::Approved), Ok(()));
        assert_eq!(guards(add(JourneyState::Underway)), ["journey_not_started"]);
        assert_eq!(guards(add(JourneyState::Abandoned)), ["journey_open"]);
    }

    #[test]
    fn a_plan_has_an_end() {
        let legs = [leg("CHN", "CHN"); MOST_LEGS];
        let add = |legs| add_leg(Status::Active, JourneyState::Planned, legs, country("CHN"), day(3));
        assert_eq!(add(&legs[1..]), Ok(()));
        assert_eq!(guards(add(&legs)), ["room_for_leg"]);
    }
}
