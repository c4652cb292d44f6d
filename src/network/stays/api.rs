//! A case's stays in shelters: taking in, ending, reading.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{NewStay, Stay, StayId};
use super::{rules, store};
use crate::access::permissions::{StayRead, StayWrite};
use crate::access::{CaseId, Permit};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases;
use crate::cases::code::CaseRef;
use crate::db::WriteTx;
use crate::db::types::{Day, Timestamp};
use crate::error::{Code, Error, Result};
use crate::http::reply::HasVersion;
use crate::http::{Body, Created, IfMatch, ListQuery, Page, Path, Unfiltered, Versioned};
use crate::machine::latest_day;
use crate::network;
use crate::network::codes::Leaving;
use crate::network::model::{Shelter, ShelterId};

/// A stay in a shelter.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "5k5w8z0v4n9qx2c7m1b6t8r4ye", "case_id": "3k5w8z0v4n9qx2c7m1b6t8r4ye",
    "shelter_id": "4k5w8z0v4n9qx2c7m1b6t8r4ye", "arrived_on": "2006-08-01", "left_on": null, "leaving": null,
    "created_at": "2006-08-01T09:00:00.000000Z", "updated_at": "2006-08-01T09:00:00.000000Z", "version": 1
}))]
pub struct StayView {
    /// Its id.
    id: StayId,
    /// Whose stay.
    case_id: CaseId,
    /// Where.
    shelter_id: ShelterId,
    /// The first day.
    arrived_on: Day,
    /// The last day, once it ended.
    left_on: Option<Day>,
    /// How it ended.
    leaving: Option<Leaving>,
    /// When it was entered.
    created_at: Timestamp,
    /// When its row last changed.
    updated_at: Timestamp,
    /// Its version, as in its `ETag`.
    version: i64,
}

impl From<Stay> for StayView {
    fn from(stay: Stay) -> Self {
        Self {
            id: stay.id,
            case_id: stay.case_id,
            shelter_id: stay.shelter_id,
            arrived_on: stay.arrived_on,
            left_on: stay.left_on,
            leaving: stay.leaving,
            created_at: stay.created_at,
            updated_at: stay.updated_at,
            version: stay.version,
        }
    }
}

impl HasVersion for StayView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// `GET /v1/cases/{case}/stays`
pub async fn list_stays(
    permit: Permit<StayRead>,
    app: Data<App>,
    path: Path<CaseRef>,
    query: ListQuery<Unfiltered>,
) -> Result<Page<StayView>> {
    let (reference, limit, start) = (path.0, query.page.limit(), query.page.start()?);
    let event = Event::new(Action::StayList).asked_for(reference);
    let seen = app.db.read(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        store::of_case(tx, &case, start, limit + 1)
    });
    Page::of(seen.await?.value, &query.page, |stay| (stay.arrived_on, stay.id), StayView::from)
}

/// `GET /v1/cases/{case}/stays/{stay}`
pub async fn get_stay(
    permit: Permit<StayRead>,
    app: Data<App>,
    path: Path<(CaseRef, StayId)>,
) -> Result<Versioned<StayView>> {
    let (reference, id) = path.0;
    let event = Event::new(Action::StayRead).asked_for(reference).subject(id);
    let seen = app.db.read(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        store::find(tx, &case, id)
    });
    Ok(Versioned::read(seen.await?.value))
}

/// A person to take in.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"shelter_id": "4k5w8z0v4n9qx2c7m1b6t8r4ye", "arrived_on": "2006-08-01"}))]
pub struct NewStayRequest {
    /// An open shelter of one of your hubs, with a free bed.
    shelter_id: ShelterId,
    /// The first day; not in the future, nor before the case began or the person last left a shelter.
    arrived_on: Day,
}

/// `POST /v1/cases/{case}/stays`
pub async fn create_stay(
    permit: Permit<StayWrite>,
    app: Data<App>,
    path: Path<CaseRef>,
    body: Body<NewStayRequest>,
) -> Result<Created<StayView>> {
    let (reference, request) = (path.0, body.0);
    let event = Event::new(Action::StayCreate).asked_for(reference).detail("shelter", request.shelter_id);
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        let shelter = shelter_of(tx, permit, request.shelter_id)?;
        let facts = store::intake_facts(tx, &case, &shelter)?;
        rules::take_in(&facts, request.arrived_on, latest_day(tx.now())).map_err(Error::unmet)?;
        let new = NewStay {
            id: StayId::generate(),
            case_id: case.id,
            shelter_id: shelter.id,
            arrived_on: request.arrived_on,
            created_at: tx.now(),
            updated_at: tx.now(),
            version: 1,
        };
        Ok(StayView::from(store::insert(tx, &case, &new)?))
    });
    let view = view.await?;
    Ok(Created::at("/v1/cases/{case_id}/stays/{id}", view))
}

/// The shelter named in a body: one out of reach is a field at fault, as one that is not there.
fn shelter_of(tx: &mut WriteTx<'_>, permit: &Permit<StayWrite>, id: ShelterId) -> Result<Shelter> {
    network::store::find(tx, permit, id).map_err(|error| {
        if error.code() == Code::NotFound {
            Error::invalid_field("/shelter_id", "Name one of the shelters of your hubs.")
        } else {
            error
        }
    })
}

/// How and when a stay ended.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"left_on": "2006-09-12", "leaving": "moved_on"}))]
pub struct StayEndRequest {
    /// The last day; not in the future, nor before the first.
    left_on: Day,
    /// How it ended.
    leaving: Leaving,
}

/// `POST /v1/cases/{case}/stays/{stay}/end`
pub async fn end_stay(
    permit: Permit<StayWrite>,
    app: Data<App>,
    path: Path<(CaseRef, StayId)>,
    if_match: IfMatch,
    body: Body<StayEndRequest>,
) -> Result<Versioned<StayView>> {
    let ((reference, id), request) = (path.0, body.0);
    let event =
        Event::new(Action::StayEnd).asked_for(reference).subject(id).detail("leaving", request.leaving);
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        let stay = store::find(tx, &case, id)?;
        if_match.check(stay.version)?;
        rules::end(stay.arrived_on, stay.left_on, request.left_on, latest_day(tx.now()))
            .map_err(Error::unmet)?;
        Ok(StayView::from(store::end(tx, &case, &stay, request.left_on, request.leaving)?))
    });
    Ok(Versioned(view.await?))
}
