//! A journey as a client sees it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{CaseId, UserId};
use crate::db::types::{Country, Day, Timestamp};
use crate::http::reply::HasVersion;
use crate::transit::codes::{JourneyState, LegState};
use crate::transit::model::{Itinerary, JourneyId, Leg, LegId};

/// A journey with its legs.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "6k5w8z0v4n9qx2c7m1b6t8r4ye", "case_id": "3k5w8z0v4n9qx2c7m1b6t8r4ye", "state": "planned",
    "destination_country": "THA", "approved_by": null, "approved_at": null,
    "created_by": "2b5w8z0v4n9qx2c7m1b6t8r4ye", "created_at": "2006-08-01T09:00:00.000000Z",
    "updated_at": "2006-08-01T09:00:00.000000Z", "version": 1,
    "legs": [{
        "id": "7k5w8z0v4n9qx2c7m1b6t8r4ye", "place": 1, "from_country": "CHN", "to_country": "THA",
        "keeper_id": "2b5w8z0v4n9qx2c7m1b6t8r4ye", "planned_on": "2006-09-01", "started_on": null,
        "ended_on": null, "state": "planned"
    }]
}))]
pub struct JourneyView {
    /// Its id.
    pub id: JourneyId,
    /// Whose journey.
    pub case_id: CaseId,
    /// How far it is.
    state: JourneyState,
    /// Where it leads.
    destination_country: Country,
    /// Who approved it as it is planned now.
    approved_by: Option<UserId>,
    /// When they did.
    approved_at: Option<Timestamp>,
    /// Who planned it.
    created_by: UserId,
    /// When it was entered.
    created_at: Timestamp,
    /// When it, or one of its legs, last changed.
    updated_at: Timestamp,
    /// Its version, as in its `ETag`; every change of a leg raises it too.
    version: i64,
    /// Its legs, in their order.
    legs: Vec<LegView>,
}

/// A leg of a journey.
#[derive(Serialize, ToSchema)]
pub struct LegView {
    /// Its id.
    id: LegId,
    /// Its place in the journey, from 1.
    place: i32,
    /// Where it begins.
    from_country: Country,
    /// Where it ends.
    to_country: Country,
    /// Who answers for it.
    keeper_id: UserId,
    /// The day it is to start.
    planned_on: Day,
    /// The day it started.
    started_on: Option<Day>,
    /// The day it ended.
    ended_on: Option<Day>,
    /// How far it is.
    state: LegState,
}

impl From<Itinerary> for JourneyView {
    fn from(itinerary: Itinerary) -> Self {
        let journey = itinerary.journey;
        Self {
            id: journey.id,
            case_id: journey.case_id,
            state: journey.state,
            destination_country: journey.destination_country,
            approved_by: journey.approved_by,
            approved_at: journey.approved_at,
            created_by: journey.created_by,
            created_at: journey.created_at,
            updated_at: journey.updated_at,
            version: journey.version,
            legs: itinerary.legs.into_iter().map(LegView::from).collect(),
        }
    }
}

impl From<Leg> for LegView {
    fn from(leg: Leg) -> Self {
        Self {
            id: leg.id,
            place: leg.place,
            from_country: leg.from_country,
            to_country: leg.to_country,
            keeper_id: leg.keeper_id,
            planned_on: leg.planned_on,
            started_on: leg.started_on,
            ended_on: leg.ended_on,
            state: leg.state,
        }
    }
}

impl HasVersion for JourneyView {
    fn version(&self) -> i64 {
        self.version
    }
}
