//! Adding a leg to a plan, and telling how a leg went.

use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::plan::{NewLegRequest, UNFIT_KEEPER};
use super::{JourneyView, record_state};
use crate::access::permissions::JourneyWrite;
use crate::access::{Permit, UserId};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases;
use crate::cases::code::CaseRef;
use crate::cases::model::Case;
use crate::db::WriteTx;
use crate::db::types::Day;
use crate::error::{Error, Result};
use crate::http::{Body, Created, IfMatch, Path, Versioned};
use crate::machine::latest_day;
use crate::transit::codes::{JourneyState, LegState};
use crate::transit::model::{Itinerary, JourneyId, JourneyPatch, LegId};
use crate::transit::{approval, rules, store};

/// `POST /v1/cases/{case}/journeys/{journey}/legs`: `If-Match` is the journey's, and so is the answer.
///
/// An approval covers the plan that was seen: a journey that was approved is planned again, without
/// its approval.
pub async fn create_leg(
    permit: Permit<JourneyWrite>,
    app: Data<App>,
    path: Path<(CaseRef, JourneyId)>,
    if_match: IfMatch,
    body: Body<NewLegRequest>,
) -> Result<Created<JourneyView>> {
    let ((reference, id), request) = (path.0, body.0);
    let event = Event::new(Action::LegCreate).asked_for(reference).detail("journey", id);
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        let itinerary = store::find(tx, &case, id)?;
        if_match.check(itinerary.journey.version)?;
        add_leg(tx, &case, &itinerary, permit.person()?, request)?;
        Ok(JourneyView::from(store::find(tx, &case, id)?))
    });
    let view = view.await?;
    Ok(Created::at("/v1/cases/{case_id}/journeys/{id}", view))
}

fn add_leg(
    tx: &mut WriteTx<'_>,
    case: &Case,
    itinerary: &Itinerary,
    planner: UserId,
    request: NewLegRequest,
) -> Result<()> {
    let journey = &itinerary.journey;
    let place = itinerary.legs.len() + 1;
    if !store::unfit_keepers(tx, case, &[request.keeper_id])?.is_empty() {
        return Err(Error::invalid_field("/keeper_id", UNFIT_KEEPER));
    }
    let (from, on) = (request.from_country, request.planned_on);
    approval::add_leg(case.status, journey.state, &itinerary.facts(), from, on).map_err(Error::unmet)?;
    let leg = request.row((case.id, journey.id), place, planner, tx.now())?;
    store::insert_leg(tx, &leg)?;
    tx.event.set_subject(leg.id);
    store::update(tx, journey, &JourneyPatch::planned())?;
    if journey.state == JourneyState::Planned {
        return Ok(());
    }
    record_state(tx, journey, JourneyState::Planned)
}

/// How a leg went.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"to": "arrived", "on": "2006-09-05"}))]
pub struct LegStateRequest {
    /// How far it is now.
    to: LegState,
    /// The day it came to be so; not in the future.
    on: Day,
}

/// `POST /v1/cases/{case}/journeys/{journey}/legs/{leg}/state`: `If-Match` is the journey's, and so is
/// the answer.
///
/// The first leg underway sets the journey underway, and the last one that arrives at the destination
/// completes it. After any other end of a leg the journey stays underway until a person abandons it.
pub async fn set_leg_state(
    permit: Permit<JourneyWrite>,
    app: Data<App>,
    path: Path<(CaseRef, JourneyId, LegId)>,
    if_match: IfMatch,
    body: Body<LegStateRequest>,
) -> Result<Versioned<JourneyView>> {
    let ((reference, id, leg), request) = (path.0, body.0);
    let event = Event::new(Action::LegState)
        .asked_for(reference)
        .subject(leg)
        .detail("journey", id)
        .detail("state", request.to);
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        let itinerary = store::find(tx, &case, id)?;
        if_match.check(itinerary.journey.version)?;
        tell_leg(tx, &case, &itinerary, permit.person()?, (leg, request))
    });
    Ok(Versioned(view.await?))
}

fn tell_leg(
    tx: &mut WriteTx<'_>,
    case: &Case,
    itinerary: &Itinerary,
    teller: UserId,
    (leg, request): (LegId, LegStateRequest),
) -> Result<JourneyView> {
    let (journey, legs) = (&itinerary.journey, &itinerary.legs);
    let index = legs.iter().position(|row| row.id == leg).ok_or_else(Error::not_found)?;
    let today = latest_day(tx.now());
    rules::next_leg_state(journey.state, &itinerary.facts(), index, request.to, request.on, today)
        .map_err(Error::unmet)?;
    store::set_leg_state(tx, &legs[index], teller, request.to, request.on)?;
    let now = store::find(tx, case, journey.id)?;
    let state = rules::derive_state(journey.state, &now.facts(), journey.destination_country);
    store::update(tx, journey, &JourneyPatch::to_state(journey, state))?;
    if state != journey.state {
        record_state(tx, journey, state)?;
    }
    Ok(store::find(tx, case, journey.id)?.into())
}
