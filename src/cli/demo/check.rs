//! Walks a plan as the real rules would, and lists what they would refuse.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::beds::raided_on;
use super::figures::{FIRST_DAY, LAST_DAY};
use super::plan::{Act, CasePlan, Moment, Plan};
use crate::cases::tables::{MOVES, OUTCOMES, STATUS_CHANGES};
use crate::db::types::CodeList;

impl Plan {
    /// Everything that is wrong with the plan; empty when it can be carried out.
    #[must_use]
    pub fn check(&self) -> Vec<String> {
        let mut faults = self.check_beds();
        for (number, case) in self.cases.iter().enumerate() {
            faults.extend(self.check_people(case).iter().map(|fault| format!("case {number}: {fault}")));
            faults.extend(check_life(case, self).iter().map(|fault| format!("case {number}: {fault}")));
        }
        faults
    }

    fn check_beds(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut taken: BTreeMap<usize, u16> = BTreeMap::new();
        let mut stays: BTreeMap<usize, usize> = BTreeMap::new();
        for moment in self.timeline() {
            let Moment::Step { case, step } = moment else { continue };
            let step = &self.cases[case].steps[step];
            if let Act::StayBegun { shelter } = step.act {
                let taken = taken.entry(shelter).or_default();
                *taken += 1;
                if *taken > self.shelters[shelter].beds {
                    faults.push(format!("shelter {shelter} is over its beds on {}", step.on));
                }
                if self.shelters[shelter].state == "paused" {
                    faults.push(format!("shelter {shelter} is paused and took a case"));
                }
                if raided_on(shelter).is_some_and(|raid| raid <= step.on) {
                    faults.push(format!("shelter {shelter} took a case after its raid"));
                }
                stays.insert(case, shelter);
            } else if matches!(step.act, Act::StayEnded { .. })
                && let Some(shelter) = stays.remove(&case)
            {
                *taken.entry(shelter).or_default() -= 1;
            }
        }
        faults
    }

    fn check_people(&self, case: &CasePlan) -> Vec<String> {
        let mut faults = Vec::new();
        let mut has_role = |user: usize, role: &str| {
            if self.users[user].role != role || self.users[user].hub != Some(case.hub) {
                faults.push(format!("user {user} is no {role} of the hub"));
            }
        };
        has_role(case.caseworker, "caseworker");
        has_role(case.coordinator, "coordinator");
        for member in &case.team {
            has_role(member.user, "caseworker");
        }
        for step in &case.steps {
            if let Act::JourneyPlanned { legs, .. } = &step.act {
                for leg in legs {
                    has_role(leg.keeper, "caseworker");
                }
            }
        }
        faults
    }
}

fn is_move(from: &str, to: &str, reason: &str) -> bool {
    let entry = MOVES.iter().find(|entry| (entry.from.code(), entry.to.code()) == (from, to));
    entry.is_some_and(|entry| entry.reasons.iter().any(|fitting| fitting.code() == reason))
}

fn is_status_change(from: &str, to: &str, reason: &str) -> bool {
    let entry = STATUS_CHANGES.iter().find(|entry| (entry.from.code(), entry.to.code()) == (from, to));
    entry.is_some_and(|entry| entry.reasons.iter().any(|fitting| fitting.code() == reason))
}

fn closes(outcome: &str, stage: &str, status: &str) -> bool {
    OUTCOMES.iter().any(|entry| {
        entry.outcome.code() == outcome
            && entry.stages.iter().any(|fitting| fitting.code() == stage)
            && entry.statuses.iter().any(|fitting| fitting.code() == status)
    })
}

/// What is known of a case while its steps are walked.
#[derive(Default)]
struct Known {
    stage: &'static str,
    status: &'static str,
    in_shelter: bool,
    journey: Option<&'static str>,
    legs: Vec<&'static str>,
    application: Option<&'static str>,
    resettlement: Option<&'static str>,
}

fn check_life(case: &CasePlan, plan: &Plan) -> Vec<String> {
    let mut faults = Vec::new();
    let mut known = Known { stage: "shelter", status: "active", ..Known::default() };
    let mut last = case.opened_on;
    if !(FIRST_DAY..=LAST_DAY).contains(&case.opened_on) {
        faults.push("opened outside the period".to_owned());
    }
    for step in &case.steps {
        if step.on < last || step.on > LAST_DAY {
            faults.push(format!("{} is out of order", step.on));
        }
        last = step.on;
        if known.status == "closed" {
            faults.push(format!("{:?} after closing", step.act));
        }
        if let Err(fault) = known.walk(&step.act, case, plan, step.on) {
            faults.push(format!("{}: {fault}: {:?}", step.on, step.act));
        }
    }
    faults
}

fn must(holds: bool, fault: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(fault) }
}

impl Known {
    fn walk(&mut self, act: &Act, case: &CasePlan, plan: &Plan, on: NaiveDate) -> Result<(), &'static str> {
        match act {
            Act::StayBegun { shelter } => {
                must(!self.in_shelter, "two stays at once")?;
                must(plan.shelters[*shelter].hub == case.hub, "a shelter of another hub")?;
                self.in_shelter = true;
            }
            Act::StayEnded { .. } => {
                must(self.in_shelter, "no stay to end")?;
                self.in_shelter = false;
            }
            Act::JourneyPlanned { destination, legs } => {
                must(!self.has_open_journey(), "two journeys at once")?;
                must(!legs.is_empty(), "a journey without legs")?;
                must(legs.iter().all(|leg| leg.from != leg.to), "a leg that goes nowhere")?;
                must(legs.windows(2).all(|pair| pair[0].to == pair[1].from), "legs that do not meet")?;
                must(legs.last().is_some_and(|leg| leg.to == *destination), "legs that end elsewhere")?;
                must(legs.iter().all(|leg| leg.planned_on >= on), "a leg planned in the past")?;
                self.journey = Some("planned");
                self.legs = vec!["planned"; legs.len()];
            }
            Act::JourneyApproved => {
                must(self.journey == Some("planned"), "no journey to approve")?;
                self.journey = Some("approved");
            }
            Act::JourneyAbandoned => {
                must(self.has_open_journey(), "no journey to abandon")?;
                must(!self.legs.contains(&"underway"), "abandoned with a leg underway")?;
                self.journey = Some("abandoned");
            }
            Act::LegSet { place, to } => {
                must(
                    matches!(self.journey, Some("approved" | "underway")),
                    "a leg without an approved journey",
                )?;
                let before = place.checked_sub(2).map(|before| self.legs[before]);
                let leg = self.legs.get_mut(place.wrapping_sub(1)).ok_or("no such leg")?;
                let allowed = match *to {
                    "underway" => *leg == "planned" && before.is_none_or(|before| before == "arrived"),
                    "cancelled" => *leg == "planned",
                    _ => *leg == "underway",
                };
                must(allowed, "no such move of a leg")?;
                *leg = to;
                let all_arrived = self.legs.iter().all(|leg| *leg == "arrived");
                self.journey = Some(if all_arrived { "completed" } else { "underway" });
            }
            Act::Moved { to, reason } => {
                must(self.status == "active", "moved while not active")?;
                must(is_move(self.stage, to, reason), "no such move for this reason")?;
                must(self.guard(to), "guard unmet")?;
                self.stage = to;
            }
            Act::StatusSet { to, reason } => {
                must(is_status_change(self.status, to, reason), "no such change of status for this reason")?;
                self.status = to;
            }
            Act::ApplicationLodged { .. } => self.application = Some("registered"),
            Act::ApplicationSet { to } => {
                let from = self.application.unwrap_or("none");
                let decided = matches!(*to, "recognized" | "other_protection" | "rejected" | "closed");
                must(
                    matches!(
                        (from, *to),
                        ("registered", "interview_scheduled")
                            | ("interview_scheduled", "interviewed")
                            | ("interviewed", "decision_pending")
                            | ("rejected", "appeal_pending")
                    ) || (from == "decision_pending" && decided),
                    "no such move of an application",
                )?;
                self.application = Some(to);
            }
            Act::ResettlementPrepared { .. } => self.resettlement = Some("prepared"),
            Act::ResettlementSet { to } => {
                let from = self.resettlement.unwrap_or("none");
                must(
                    matches!(
                        (from, *to),
                        ("prepared", "submitted")
                            | ("submitted", "accepted_by_country")
                            | ("accepted_by_country", "departure_scheduled")
                            | ("departure_scheduled", "departed")
                            | ("departed", "arrived")
                    ),
                    "no such move of a resettlement",
                )?;
                self.resettlement = Some(to);
            }
            Act::Closed { outcome } => {
                must(closes(outcome, self.stage, self.status), "no such outcome here")?;
                must(!self.in_shelter, "closed with an open stay")?;
                must(!self.has_open_journey(), "closed with an open journey")?;
                self.status = "closed";
            }
        }
        Ok(())
    }

    fn has_open_journey(&self) -> bool {
        matches!(self.journey, Some("planned" | "approved" | "underway"))
    }

    /// The guards of the stages, as strict as they can be read.
    fn guard(&self, to: &str) -> bool {
        match to {
            "shelter" => self.in_shelter,
            "transit" => self.journey == Some("approved"),
            "asylum" => self.application.is_some_and(|state| !matches!(state, "closed" | "rejected")),
            _ => {
                matches!(self.application, Some("recognized" | "other_protection"))
                    || self.resettlement == Some("accepted_by_country")
            }
        }
    }
}
