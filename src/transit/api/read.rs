//! Reading journeys.

use actix_web::web::Data;

use super::JourneyView;
use crate::access::Permit;
use crate::access::permissions::JourneyRead;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases;
use crate::cases::code::CaseRef;
use crate::error::Result;
use crate::http::{ListQuery, Page, Path, Unfiltered, Versioned};
use crate::transit::model::{Itinerary, JourneyId};
use crate::transit::store;

/// `GET /v1/cases/{case}/journeys`
pub async fn list_journeys(
    permit: Permit<JourneyRead>,
    app: Data<App>,
    path: Path<CaseRef>,
    query: ListQuery<Unfiltered>,
) -> Result<Page<JourneyView>> {
    let (reference, limit, start) = (path.0, query.page.limit(), query.page.start()?);
    let event = Event::new(Action::JourneyList).asked_for(reference);
    let seen = app.db.read(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        store::of_case(tx, &case, start, limit + 1)
    });
    let last = |row: &Itinerary| (row.journey.created_at, row.journey.id);
    Page::of(seen.await?.value, &query.page, last, JourneyView::from)
}

/// `GET /v1/cases/{case}/journeys/{journey}`
pub async fn get_journey(
    permit: Permit<JourneyRead>,
    app: Data<App>,
    path: Path<(CaseRef, JourneyId)>,
) -> Result<Versioned<JourneyView>> {
    let (reference, id) = path.0;
    let event = Event::new(Action::JourneyRead).asked_for(reference).subject(id);
    let seen = app.db.read(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        store::find(tx, &case, id)
    });
    Ok(Versioned::read(seen.await?.value))
}
