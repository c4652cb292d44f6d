//! Approving a journey: a coordinator looks at the plan that somebody else made.

use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::JourneyView;
use crate::access::Permit;
use crate::access::permissions::JourneyApprove;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases;
use crate::cases::code::CaseRef;
use crate::error::{Error, Result};
use crate::http::{Body, IfMatch, Path, Versioned};
use crate::transit::model::{JourneyId, JourneyPatch};
use crate::transit::{approval, store};

/// An approval of the version named in `If-Match`; it says nothing more.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct ApprovalRequest {}

/// `POST /v1/cases/{case}/journeys/{journey}/approval`
pub async fn approve_journey(
    permit: Permit<JourneyApprove>,
    app: Data<App>,
    path: Path<(CaseRef, JourneyId)>,
    if_match: IfMatch,
    _body: Body<ApprovalRequest>,
) -> Result<Versioned<JourneyView>> {
    let (reference, id) = path.0;
    let event = Event::new(Action::JourneyApprove).asked_for(reference).subject(id);
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        let itinerary = store::find(tx, &case, id)?;
        let journey = &itinerary.journey;
        if_match.check(journey.version)?;
        let approver = permit.person()?;
        let own_plan = itinerary.is_planned_by(approver);
        approval::approve(case.status, journey.state, &itinerary.facts(), own_plan).map_err(Error::unmet)?;
        store::update(tx, journey, &JourneyPatch::approved(approver, tx.now()))?;
        Ok(JourneyView::from(store::find(tx, &case, id)?))
    });
    Ok(Versioned(view.await?))
}
