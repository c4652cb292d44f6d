//! How journeys and their legs move: approved before they start, one leg after the other, each from
//! where the person is.
//!
//! Who may see which leg is a matter of access and not decided here.

use super::codes::{JourneyState, LegState};
use crate::db::types::{Country, Day};
use crate::error::Unmet;
use crate::machine::{self, day_faults, settled, unmet};

/// Every change of a journey.
pub const JOURNEY_MOVES: &[(JourneyState, JourneyState)] = &[
    (JourneyState::Planned, JourneyState::Approved),
    (JourneyState::Planned, JourneyState::Abandoned),
    (JourneyState::Approved, JourneyState::Underway),
    (JourneyState::Approved, JourneyState::Abandoned),
    (JourneyState::Underway, JourneyState::Completed),
    (JourneyState::Underway, JourneyState::Abandoned),
];

/// Every change of a leg. Whoever was lost may yet turn out to have arrived, turned back or been caught.
pub const LEG_MOVES: &[(LegState, LegState)] = &[
    (LegState::Planned, LegState::Underway),
    (LegState::Planned, LegState::Cancelled),
    (LegState::Underway, LegState::Arrived),
    (LegState::Underway, LegState::TurnedBack),
    (LegState::Underway, LegState::Intercepted),
    (LegState::Underway, LegState::LostContact),
    (LegState::LostContact, LegState::Arrived),
    (LegState::LostContact, LegState::TurnedBack),
    (LegState::LostContact, LegState::Intercepted),
];

/// What the rows of a journey's legs say, in the order of their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegFacts {
    /// Where it begins.
    pub from_country: Country,
    /// Where it ends.
    pub to_country: Country,
    /// How far it is.
    pub state: LegState,
    /// When it was to start.
    pub planned_on: Day,
    /// When it started.
    pub started_on: Option<Day>,
    /// When it ended.
    pub ended_on: Option<Day>,
}

/// Whether a journey's state may change so.
pub fn transition(from: JourneyState, to: JourneyState) -> Result<(), Unmet> {
    machine::transition(JOURNEY_MOVES, from, to)
}

/// Whether a leg's state may change so.
pub fn leg_transition(from: LegState, to: LegState) -> Result<(), Unmet> {
    machine::transition(LEG_MOVES, from, to)
}

/// Whether a leg may be added after these. A plan changes on the way, so it may until the journey ends.
pub fn add_leg(
    journey: JourneyState,
    legs: &[LegFacts],
    from_country: Country,
    planned_on: Day,
) -> Result<(), Vec<Unmet>> {
    let mut missing = Vec::new();
    if matches!(journey, JourneyState::Completed | JourneyState::Abandoned) {
        missing.push(unmet("journey_open", "the journey has ended: plan another one"));
    }
    if !may_start_in(legs, from_country) {
        missing.push(not_contiguous());
    }
    if let Some(last) = last_counted(legs).filter(|last| planned_on < last.planned_on) {
        let detail = format!("not before {}, when the leg before it is planned", last.planned_on);
        missing.push(unmet("legs_in_order", detail));
    }
    settled(missing)
}

/// Whether a journey may be planned with these legs, as given: each starts where the one before ends.
pub fn plan(legs: &[LegFacts]) -> Result<(), Vec<Unmet>> {
    let mut missing = Vec::new();
    for (place, leg) in legs.iter().enumerate() {
        if let Err(unmet) = add_leg(JourneyState::Planned, &legs[..place], leg.from_country, leg.planned_on) {
            missing.extend(unmet.into_iter().filter(|new| !missing.contains(new)).collect::<Vec<_>>());
        }
    }
    settled(missing)
}

/// Whether a journey may be approved.
pub fn approve(journey: JourneyState, legs: &[LegFacts]) -> Result<(), Vec<Unmet>> {
    let mut missing: Vec<_> = transition(journey, JourneyState::Approved).err().into_iter().collect();
    if last_counted(legs).is_none() {
        missing.push(unmet("leg_planned", "the journey needs at least one leg"));
    }
    settled(missing)
}

/// Whether a journey may come to the state `to`, other than by an approval.
pub fn next_state(
    journey: JourneyState,
    to: JourneyState,
    legs: &[LegFacts],
    destination: Country,
) -> Result<(), Vec<Unmet>> {
    let mut missing: Vec<_> = transition(journey, to).err().into_iter().collect();
    match to {
        JourneyState::Approved => missing.push(unmet("approval", "a journey is approved by its approval")),
        JourneyState::Underway if !legs.iter().any(|leg| leg.started_on.is_some()) => {
            missing.push(unmet("leg_started", "a journey is underway once its first leg is"));
        }
        JourneyState::Completed => {
            let arrived = |leg: &LegFacts| leg.state == LegState::Arrived && leg.to_country == destination;
            if !last_counted(legs).is_some_and(arrived) {
                missing.push(unmet("destination_reached", "the last leg has to arrive at the destination"));
            }
        }
        JourneyState::Abandoned if legs.iter().any(|leg| leg.state == LegState::Underway) => {
            missing.push(unmet("no_leg_underway", "a leg is underway: record how it ended first"));
        }
        JourneyState::Planned | JourneyState::Underway | JourneyState::Abandoned => {}
    }
    settled(missing)
}

/// Whether the leg at `index` of `legs` may come to the state `to`.
pub fn next_leg_state(
    journey: JourneyState,
    legs: &[LegFacts],
    index: usize,
    to: LegState,
    on: Day,
    today: Day,
) -> Result<(), Vec<Unmet>> {
    let Some(leg) = legs.get(index) else {
        return Err(vec![unmet("leg_planned", "the journey has no such leg")]);
    };
    let earlier = &legs[..index];
    let ended_before = earlier.iter().filter_map(|leg| leg.ended_on).max();
    let since = leg.ended_on.or(leg.started_on).or(ended_before).unwrap_or(on);
    let mut missing = day_faults(since, on, today);
    missing.extend(leg_transition(leg.state, to).err());
    if to == LegState::Underway {
        if !matches!(journey, JourneyState::Approved | JourneyState::Underway) {
            missing.push(unmet("journey_approved", "a coordinator has to approve the journey first"));
        }
        if earlier.iter().any(|leg| matches!(leg.state, LegState::Planned | LegState::Underway)) {
            missing.push(unmet("previous_leg_ended", "the leg before it has to end, or be cancelled, first"));
        } else if !may_start_in(earlier, leg.from_country) {
            missing.push(not_contiguous());
        }
    }
    settled(missing)
}

/// The state of a journey after one of its legs changed: the first start sets it underway, and the
/// arrival of the last leg at the destination completes it.
#[must_use]
pub fn derive_state(journey: JourneyState, legs: &[LegFacts], destination: Country) -> JourneyState {
    let candidates = [JourneyState::Underway, JourneyState::Completed];
    candidates
        .into_iter()
        .fold(journey, |state, to| if next_state(state, to, legs, destination).is_ok() { to } else { state })
}

/// The last leg that was not cancelled.
fn last_counted(legs: &[LegFacts]) -> Option<&LegFacts> {
    legs.iter().rfind(|leg| leg.state != LegState::Cancelled)
}

/// Whether, after these legs, the person can be (or will be) in the country.
///
/// Whoever was intercepted or lost may come free on either side of the border.
fn may_start_in(legs: &[LegFacts], country: Country) -> bool {
    last_counted(legs).is_none_or(|leg| match leg.state {
        LegState::TurnedBack => leg.from_country == country,
        LegState::Intercepted | LegState::LostContact => {
            leg.from_country == country || leg.to_country == country
        }
        LegState::Planned | LegState::Underway | LegState::Arrived | LegState::Cancelled => {
            leg.to_country == country
        }
    })
}

fn not_contiguous() -> Unmet {
    unmet("leg_contiguous", "a leg starts in the country where the leg before it ended")
}

#[cfg(test)]
mod tests;
