//! Writes a life down step by step: keeps the day, and knows the small sequences that always go together.
//!
//! What happens to whom is decided in `lives.rs`.

use chrono::{Days, NaiveDate};

use super::beds::Beds;
use super::figures::LAST_DAY;
use super::plan::{Act, LegPlan, Step};
use super::random::Random;
use super::routes;

/// The writer of one life.
pub struct Pen<'a> {
    /// Chance, of this case only.
    pub random: Random,
    /// Hub of the case.
    pub hub: usize,
    day: NaiveDate,
    keepers: Vec<usize>,
    beds: &'a Beds,
    has_bed: bool,
    last_shelter: Option<usize>,
    steps: Vec<Step>,
}

impl<'a> Pen<'a> {
    /// Begins on the day of opening.
    pub fn new(random: Random, hub: usize, day: NaiveDate, keepers: Vec<usize>, beds: &'a Beds) -> Self {
        Self { random, hub, day, keepers, beds, has_bed: true, last_shelter: None, steps: Vec::new() }
    }

    /// The steps until the last day; none when a shelter had no bed, and another day must be tried.
    pub fn finish(mut self) -> Option<Vec<Step>> {
        self.steps.retain(|step| step.on <= LAST_DAY);
        self.has_bed.then_some(self.steps)
    }

    /// Something happens today.
    pub fn act(&mut self, act: Act) {
        self.steps.push(Step { on: self.day, act });
    }

    /// Days pass.
    pub fn pass(&mut self, days: u64) {
        self.day = self.day + Days::new(days);
    }

    /// Days pass, between two bounds.
    pub fn pass_within(&mut self, least: u64, most: u64) {
        let days = self.random.within(least..=most);
        self.pass(days);
    }

    /// Comes to a shelter of the hub, not the one last left, for a stay of this many days, which still
    /// has to be ended.
    pub fn come_to_shelter(&mut self, days: u64) {
        let start = self.random.index(super::network::SHELTERS.len());
        let until = self.day + Days::new(days);
        match self.beds.find(self.hub, start, self.last_shelter, self.day, until) {
            Some(shelter) => {
                self.last_shelter = Some(shelter);
                self.act(Act::StayBegun { shelter });
            }
            None => self.has_bed = false,
        }
    }

    /// Leaves the shelter.
    pub fn leave_shelter(&mut self, leaving: &'static str) {
        self.act(Act::StayEnded { leaving });
    }

    /// Moves to another stage.
    pub fn move_to(&mut self, to: &'static str, reason: &'static str) {
        self.act(Act::Moved { to, reason });
    }

    /// Changes the status.
    pub fn status(&mut self, to: &'static str, reason: &'static str) {
        self.act(Act::StatusSet { to, reason });
    }

    /// Closes the case.
    pub fn close(&mut self, outcome: &'static str) {
        self.act(Act::Closed { outcome });
    }

    /// A journey is planned `lead` days ahead and approved one to four days later; ends on the day of
    /// departure. Gives the countries on the way.
    pub fn plan_journey(&mut self, destination: &str, lead: u64) -> Vec<String> {
        let stops = routes::stops(&mut self.random, self.hub, destination);
        let mut ends: Vec<String> = stops[1..].iter().map(ToString::to_string).collect();
        ends.push(destination.to_owned());
        let mut planned_on = self.day + Days::new(lead);
        let mut legs = Vec::new();
        for (from, to) in stops.iter().zip(&ends) {
            let keeper = *self.random.pick(&self.keepers);
            legs.push(LegPlan { from, to: to.clone(), keeper, planned_on });
            planned_on = planned_on + Days::new(10);
        }
        self.act(Act::JourneyPlanned { destination: destination.to_owned(), legs });
        let approval = self.random.within(1..=4).min(lead);
        self.pass(approval);
        self.act(Act::JourneyApproved);
        self.pass(lead - approval);
        let mut way: Vec<String> = stops.iter().map(ToString::to_string).collect();
        way.push(destination.to_owned());
        way
    }

    /// Leaves the shelter and sets out.
    pub fn set_out(&mut self) {
        self.move_to("transit", "route_ready");
        self.leave_shelter("moved_on");
    }

    /// Travels a leg.
    pub fn travel(&mut self, place: usize, from: &str, to: &str) {
        let wait = routes::wait(&mut self.random, from, place == 1);
        self.pass(wait);
        self.leg(place, "underway");
        let days = routes::travel(&mut self.random, from, to);
        self.pass(days);
        self.leg(place, "arrived");
    }

    /// Changes the state of a leg.
    pub fn leg(&mut self, place: usize, to: &'static str) {
        self.act(Act::LegSet { place, to });
    }

    /// Gives the journey up on its first leg.
    pub fn break_off(&mut self, legs: usize, how: &'static str) {
        self.leg(1, "underway");
        self.pass_within(1, 4);
        self.leg(1, how);
        for place in 2..=legs {
            self.leg(place, "cancelled");
        }
        self.act(Act::JourneyAbandoned);
    }

    /// Lodges an application of first instance.
    pub fn apply(&mut self, country: &str, authority: &'static str) {
        self.act(Act::ApplicationLodged { country: country.to_owned(), authority, level: "FI" });
    }

    /// The procedure up to the decision, spread over about `days`.
    pub fn wait_for_decision(&mut self, days: u64) {
        self.pass(days / 6);
        self.act(Act::ApplicationSet { to: "interview_scheduled" });
        self.pass(days / 6);
        self.act(Act::ApplicationSet { to: "interviewed" });
        self.pass(days / 12);
        self.act(Act::ApplicationSet { to: "decision_pending" });
        self.pass(days - 2 * (days / 6) - days / 12);
    }
}
