//! Planning a journey with the legs that are known.

use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::JourneyView;
use crate::access::permissions::JourneyWrite;
use crate::access::{CaseId, Permit, UserId};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases;
use crate::cases::code::CaseRef;
use crate::cases::model::Case;
use crate::db::WriteTx;
use crate::db::types::{Country, Day, Timestamp};
use crate::error::{Error, Fault, Result};
use crate::http::{Body, Created, Path};
use crate::transit::approval::{self, MOST_LEGS};
use crate::transit::codes::{JourneyState, LegState};
use crate::transit::model::{JourneyId, Leg, LegId, NewJourney};
use crate::transit::store;

/// What is wrong with a keeper, and what would be right.
pub(super) const UNFIT_KEEPER: &str = "Name an active user who is on the case's team or in its hub.";

/// A journey to plan.
#[derive(Deserialize, ToSchema, Clone)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "destination_country": "THA",
    "legs": [
        {"from_country": "CHN", "to_country": "LAO", "keeper_id": "2b5w8z0v4n9qx2c7m1b6t8r4ye", "planned_on": "2006-09-01"},
        {"from_country": "LAO", "to_country": "THA", "keeper_id": "2b5w8z0v4n9qx2c7m1b6t8r4ye", "planned_on": "2006-09-04"}
    ]
}))]
pub struct NewJourneyRequest {
    /// Where it leads.
    destination_country: Country,
    /// Its legs, each from where the one before ends; at most 50. More can be added until it starts.
    #[schema(max_items = 50)]
    legs: Vec<NewLegRequest>,
}

/// A leg to plan.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "from_country": "LAO", "to_country": "THA", "keeper_id": "2b5w8z0v4n9qx2c7m1b6t8r4ye", "planned_on": "2006-09-04"
}))]
pub struct NewLegRequest {
    /// Where it begins.
    pub(super) from_country: Country,
    /// Where it ends; the same country where it crosses no border.
    to_country: Country,
    /// Who answers for it: an active user on the case's team or in its hub.
    pub(super) keeper_id: UserId,
    /// The day it is to start.
    pub(super) planned_on: Day,
}

impl NewLegRequest {
    /// The row at `place`, from 1, of a journey of the case.
    pub(super) fn row(
        self,
        journey: (CaseId, JourneyId),
        place: usize,
        planner: UserId,
        now: Timestamp,
    ) -> Result<Leg> {
        Ok(Leg {
            id: LegId::generate(),
            case_id: journey.0,
            journey_id: journey.1,
            place: i32::try_from(place).map_err(Error::internal)?,
            from_country: self.from_country,
            to_country: self.to_country,
            keeper_id: self.keeper_id,
            planned_on: self.planned_on,
            started_on: None,
            ended_on: None,
            state: LegState::Planned,
            created_by: planner,
            created_at: now,
            updated_by: planner,
            updated_at: now,
            version: 1,
        })
    }
}

/// `POST /v1/cases/{case}/journeys`
pub async fn create_journey(
    permit: Permit<JourneyWrite>,
    app: Data<App>,
    path: Path<CaseRef>,
    body: Body<NewJourneyRequest>,
) -> Result<Created<JourneyView>> {
    let (reference, request) = (path.0, body.0);
    if request.legs.len() > MOST_LEGS {
        return Err(Error::invalid_field("/legs", format!("A journey has at most {MOST_LEGS} legs.")));
    }
    let event = Event::new(Action::JourneyCreate).asked_for(reference).detail("legs", request.legs.len());
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        plan(tx, &case, permit.person()?, &request)
    });
    let view = view.await?;
    Ok(Created::at("/v1/cases/{case_id}/journeys/{id}", view))
}

fn plan(
    tx: &mut WriteTx<'_>,
    case: &Case,
    planner: UserId,
    request: &NewJourneyRequest,
) -> Result<JourneyView> {
    let now = tx.now();
    let keepers: Vec<UserId> = request.legs.iter().map(|leg| leg.keeper_id).collect();
    let unfit = store::unfit_keepers(tx, case, &keepers)?;
    if !unfit.is_empty() {
        let fault = |place| Fault::new(format!("/legs/{place}/keeper_id"), UNFIT_KEEPER);
        return Err(Error::invalid(unfit.into_iter().map(fault).collect()));
    }
    let new = NewJourney {
        id: JourneyId::generate(),
        case_id: case.id,
        state: JourneyState::Planned,
        destination_country: request.destination_country,
        created_by: planner,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let legs: Vec<Leg> = (1..)
        .zip(&request.legs)
        .map(|(place, leg)| leg.row((case.id, new.id), place, planner, now))
        .collect::<Result<_>>()?;
    let facts: Vec<_> = legs.iter().map(Leg::facts).collect();
    approval::plan(case.status, store::has_open_journey(tx, case)?, &facts).map_err(Error::unmet)?;
    store::insert(tx, &new)?;
    for leg in &legs {
        store::insert_leg(tx, leg)?;
    }
    Ok(store::find(tx, case, new.id)?.into())
}
