//! Rows of journeys and their legs.

use diesel::prelude::*;

use super::codes::{JourneyState, LegState};
use super::rules::LegFacts;
use crate::access::{CaseId, UserId};
use crate::db::schema::{journeys, legs};
use crate::db::types::{Country, Day, Timestamp, id};
use crate::http::path::path_id;

id!(JourneyId, "A journey.");
id!(LegId, "A leg of a journey.");
path_id! {
    JourneyId: "The journey's id.",
    LegId: "The leg's id.",
}

/// A journey as stored.
#[derive(Queryable, Selectable, Clone)]
#[diesel(table_name = journeys)]
pub struct Journey {
    /// Its id.
    pub id: JourneyId,
    /// Whose journey.
    pub case_id: CaseId,
    /// How far it is.
    pub state: JourneyState,
    /// Where it leads.
    pub destination_country: Country,
    /// Who approved it as it is planned now.
    pub approved_by: Option<UserId>,
    /// When they did.
    pub approved_at: Option<Timestamp>,
    /// Who planned it.
    pub created_by: UserId,
    /// When it was entered.
    pub created_at: Timestamp,
    /// When it, or one of its legs, last changed.
    pub updated_at: Timestamp,
    /// Its version, which every change of a leg raises too.
    pub version: i64,
}

/// A journey to insert.
#[derive(Insertable)]
#[diesel(table_name = journeys)]
pub(crate) struct NewJourney {
    pub id: JourneyId,
    pub case_id: CaseId,
    pub state: JourneyState,
    pub destination_country: Country,
    pub created_by: UserId,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i64,
}

/// What of a journey's row changes; the version and the moment always do.
#[derive(AsChangeset)]
#[diesel(table_name = journeys, treat_none_as_null = true)]
pub(crate) struct JourneyPatch {
    pub state: JourneyState,
    pub approved_by: Option<UserId>,
    pub approved_at: Option<Timestamp>,
}

impl JourneyPatch {
    /// To a state under the same approval.
    pub(crate) fn to_state(journey: &Journey, state: JourneyState) -> Self {
        Self { state, approved_by: journey.approved_by, approved_at: journey.approved_at }
    }

    /// Approved now.
    pub(crate) fn approved(by: UserId, at: Timestamp) -> Self {
        Self { state: JourneyState::Approved, approved_by: Some(by), approved_at: Some(at) }
    }

    /// Planned, whether it had been approved or not.
    pub(crate) fn planned() -> Self {
        Self { state: JourneyState::Planned, approved_by: None, approved_at: None }
    }
}

/// A leg as stored.
#[derive(Queryable, Selectable, Insertable, Clone)]
#[diesel(table_name = legs)]
pub struct Leg {
    /// Its id.
    pub id: LegId,
    /// Whose journey.
    pub case_id: CaseId,
    /// Of which journey.
    pub journey_id: JourneyId,
    /// Its place in the journey, from 1.
    pub place: i32,
    /// Where it begins.
    pub from_country: Country,
    /// Where it ends.
    pub to_country: Country,
    /// Who answers for it.
    pub keeper_id: UserId,
    /// The day it is to start.
    pub planned_on: Day,
    /// The day it started.
    pub started_on: Option<Day>,
    /// The day it ended.
    pub ended_on: Option<Day>,
    /// How far it is.
    pub state: LegState,
    /// Who added it.
    pub created_by: UserId,
    /// When it was entered.
    pub created_at: Timestamp,
    /// Who last changed it.
    pub updated_by: UserId,
    /// When its row last changed.
    pub updated_at: Timestamp,
    /// Its version.
    pub version: i64,
}

impl Leg {
    /// What the rules ask of it.
    #[must_use]
    pub fn facts(&self) -> LegFacts {
        LegFacts {
            from_country: self.from_country,
            to_country: self.to_country,
            state: self.state,
            planned_on: self.planned_on,
            started_on: self.started_on,
            ended_on: self.ended_on,
        }
    }
}

/// A journey with its legs, in the order of their places.
#[derive(Clone)]
pub struct Itinerary {
    /// The journey.
    pub journey: Journey,
    /// Its legs.
    pub legs: Vec<Leg>,
}

impl Itinerary {
    /// What the rules ask of its legs.
    #[must_use]
    pub fn facts(&self) -> Vec<LegFacts> {
        self.legs.iter().map(Leg::facts).collect()
    }

    /// Whether the plan is this user's, or any leg of it as it is now.
    #[must_use]
    pub fn is_planned_by(&self, user: UserId) -> bool {
        self.journey.created_by == user
            || self.legs.iter().any(|leg| [leg.created_by, leg.updated_by].contains(&user))
    }
}
