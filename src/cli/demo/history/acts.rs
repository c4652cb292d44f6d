//! What happened to a person, as requests.

use anyhow::{Context as _, Result};
use chrono::NaiveDate;
use serde_json::{Value, json};

use super::founding::Network;
use super::item::{Item, id};
use super::router::Router;
use crate::access::UserId;
use crate::cli::demo::plan::{Act, CasePlan, LegPlan, Step};

/// A case and the newest of everything that belongs to it.
pub struct Life {
    case: Item,
    stay: Option<Item>,
    journey: Option<Item>,
    legs: Vec<String>,
    application: Option<Item>,
    resettlement: Option<Item>,
}

impl Life {
    /// Of a case just opened.
    pub fn of(case: Item) -> Self {
        Self { case, stay: None, journey: None, legs: Vec::new(), application: None, resettlement: None }
    }

    /// One step.
    pub async fn go_on(
        &mut self,
        router: &Router,
        network: &Network,
        plan: &CasePlan,
        step: &Step,
    ) -> Result<()> {
        let (on, worker) = (step.on, network.users[plan.caseworker].id);
        match &step.act {
            Act::StayBegun { shelter } => {
                let body = json!({"shelter_id": network.shelters[*shelter].id(), "arrived_on": on});
                self.stay = Some(self.add(router, worker, "stays", &body).await?.0);
            }
            Act::StayEnded { leaving } => {
                let body = json!({"left_on": on, "leaving": leaving});
                newest(&mut self.stay)?.step(router, worker, "end", &body).await?;
            }
            Act::JourneyPlanned { destination, legs } => {
                self.plan_journey(router, network, worker, destination, legs).await?;
            }
            Act::JourneyApproved => {
                let coordinator = network.users[plan.coordinator].id;
                newest(&mut self.journey)?.step(router, coordinator, "approval", &json!({})).await?;
            }
            Act::JourneyAbandoned => {
                let body = json!({"to": "abandoned"});
                newest(&mut self.journey)?.step(router, worker, "state", &body).await?;
            }
            Act::LegSet { place, to } => {
                let leg = self.legs.get(place.wrapping_sub(1)).context("there is no such leg")?;
                let step = format!("legs/{leg}/state");
                newest(&mut self.journey)?.step(router, worker, &step, &state(to, on)).await?;
            }
            Act::Moved { to, reason } => {
                let body = json!({"to": to, "reason": reason, "on": on});
                self.case.step(router, worker, "stage", &body).await?;
            }
            Act::StatusSet { to, reason } => {
                let body = json!({"to": to, "reason": reason, "on": on});
                self.case.step(router, worker, "status", &body).await?;
            }
            Act::ApplicationLodged { country, authority, level } => {
                let body =
                    json!({"country": country, "authority": authority, "level": level, "applied_on": on});
                self.application = Some(self.add(router, worker, "applications", &body).await?.0);
            }
            Act::ApplicationSet { to } => {
                newest(&mut self.application)?.step(router, worker, "state", &state(to, on)).await?;
            }
            Act::ResettlementPrepared { country, primary_category, priority } => {
                let body = json!({
                    "country": country, "primary_category": primary_category, "priority": priority, "on": on
                });
                self.resettlement = Some(self.add(router, worker, "resettlements", &body).await?.0);
            }
            Act::ResettlementSet { to } => {
                newest(&mut self.resettlement)?.step(router, worker, "state", &state(to, on)).await?;
            }
            Act::Closed { outcome } => {
                let body = json!({"outcome": outcome, "on": on, "note": closing_note(outcome)});
                self.case.step(router, worker, "closure", &body).await?;
            }
        }
        Ok(())
    }

    async fn add(&self, router: &Router, user: UserId, list: &str, body: &Value) -> Result<(Item, Value)> {
        Item::create(router, user, &format!("{}/{list}", self.case.path), body).await
    }

    async fn plan_journey(
        &mut self,
        router: &Router,
        network: &Network,
        worker: UserId,
        destination: &str,
        legs: &[LegPlan],
    ) -> Result<()> {
        let leg = |leg: &LegPlan| {
            json!({
                "from_country": leg.from, "to_country": leg.to, "keeper_id": network.users[leg.keeper].id,
                "planned_on": leg.planned_on,
            })
        };
        let legs: Vec<Value> = legs.iter().map(leg).collect();
        let body = json!({"destination_country": destination, "legs": legs});
        let (journey, view) = self.add(router, worker, "journeys", &body).await?;
        let planned = view["legs"].as_array().context("a journey was answered without legs")?;
        self.legs = planned.iter().map(|leg| id(leg).map(str::to_owned)).collect::<Result<_>>()?;
        self.journey = Some(journey);
        Ok(())
    }
}

fn newest(item: &mut Option<Item>) -> Result<&mut Item> {
    item.as_mut().context("the plan speaks of something that is not there yet")
}

fn state(to: &str, on: NaiveDate) -> Value {
    json!({"to": to, "on": on})
}

fn closing_note(outcome: &str) -> &'static str {
    match outcome {
        "settled" => "Lives on their own; the last visit found nothing that is still needed.",
        "refouled" => "Handed over at the border, as others held with them told.",
        "lost_contact" => "Every channel was tried for two months; nobody has heard of them.",
        "voluntary_return" => "Went back for the family, after long talks and against advice.",
        "moved_on" => "Goes on without the network.",
        _ => "Asked that nothing more be done.",
    }
}
