//! Changing a journey's state by hand: above all, abandoning it. Its legs' own changes are in `legs.rs`.

use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::JourneyView;
use crate::access::Permit;
use crate::access::permissions::JourneyWrite;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases;
use crate::cases::code::CaseRef;
use crate::error::{Error, Result};
use crate::http::{Body, IfMatch, Path, Versioned};
use crate::transit::codes::JourneyState;
use crate::transit::model::{JourneyId, JourneyPatch};
use crate::transit::{rules, store};

/// How far a journey is now.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"to": "abandoned"}))]
pub struct JourneyStateRequest {
    /// `underway` and `completed` also come by themselves with its legs; `approved` comes by an approval.
    to: JourneyState,
}

/// `POST /v1/cases/{case}/journeys/{journey}/state`
pub async fn set_journey_state(
    permit: Permit<JourneyWrite>,
    app: Data<App>,
    path: Path<(CaseRef, JourneyId)>,
    if_match: IfMatch,
    body: Body<JourneyStateRequest>,
) -> Result<Versioned<JourneyView>> {
    let ((reference, id), to) = (path.0, body.0.to);
    let event = Event::new(Action::JourneyState).asked_for(reference).subject(id).detail("state", to);
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        let itinerary = store::find(tx, &case, id)?;
        let journey = &itinerary.journey;
        if_match.check(journey.version)?;
        rules::next_state(journey.state, to, &itinerary.facts(), journey.destination_country)
            .map_err(Error::unmet)?;
        store::update(tx, journey, &JourneyPatch::to_state(journey, to))?;
        Ok(JourneyView::from(store::find(tx, &case, id)?))
    });
    Ok(Versioned(view.await?))
}
