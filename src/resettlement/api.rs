//! The resettlements of a case: preparing them, and how far they come.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{Category, Priority, ResettlementState};
use super::model::{Resettlement, ResettlementId};
use super::{rules, store};
use crate::access::permissions::{ResettlementRead, ResettlementWrite};
use crate::access::{CaseId, Permit};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases;
use crate::cases::code::CaseRef;
use crate::db::types::{Country, Day, Timestamp};
use crate::error::{Error, Result};
use crate::http::reply::HasVersion;
use crate::http::{Body, Created, IfMatch, ListQuery, Page, Path, Unfiltered, Versioned};
use crate::machine::latest_day;

/// A resettlement: a submission to a country, and what became of it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "6k5w8z0v4n9qx2c7m1b6t8r4ye", "case_id": "3k5w8z0v4n9qx2c7m1b6t8r4ye", "country": "USA",
    "primary_category": "women_girls_at_risk", "secondary_category": "survivor_violence_torture",
    "priority": "urgent", "state": "prepared", "state_on": "2006-10-02",
    "created_at": "2006-10-02T09:00:00.000000Z", "updated_at": "2006-10-02T09:00:00.000000Z", "version": 1
}))]
pub struct ResettlementView {
    /// Its id.
    id: ResettlementId,
    /// Whose it is.
    case_id: CaseId,
    /// The country that is asked.
    country: Country,
    /// Why the person needs it.
    primary_category: Category,
    /// Another reason.
    secondary_category: Option<Category>,
    /// How soon.
    priority: Priority,
    /// How far it is.
    state: ResettlementState,
    /// Since when it is in its state.
    state_on: Day,
    /// When it was entered.
    created_at: Timestamp,
    /// When its row last changed.
    updated_at: Timestamp,
    /// Its version, as in its ETag.
    version: i64,
}

impl From<Resettlement> for ResettlementView {
    fn from(row: Resettlement) -> Self {
        Self {
            id: row.id,
            case_id: row.case_id,
            country: row.country,
            primary_category: row.primary_category,
            secondary_category: row.secondary_category,
            priority: row.priority,
            state: row.state,
            state_on: row.state_on,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        }
    }
}

impl HasVersion for ResettlementView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// `GET /v1/cases/{case}/resettlements`
pub async fn list_resettlements(
    permit: Permit<ResettlementRead>,
    app: Data<App>,
    path: Path<CaseRef>,
    query: ListQuery<Unfiltered>,
) -> Result<Page<ResettlementView>> {
    let (reference, limit, start) = (path.0, query.page.limit(), query.page.start()?);
    let event = Event::new(Action::ResettlementList).asked_for(reference);
    let seen = app.db.read(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        store::of_case(tx, &case, start, limit + 1)
    });
    Page::of(seen.await?.value, &query.page, |row| (row.created_at, row.id), Into::into)
}

/// `GET /v1/cases/{case}/resettlements/{resettlement}`
pub async fn get_resettlement(
    permit: Permit<ResettlementRead>,
    app: Data<App>,
    path: Path<(CaseRef, ResettlementId)>,
) -> Result<Versioned<ResettlementView>> {
    let (reference, id) = path.0;
    let event = Event::new(Action::ResettlementRead).asked_for(reference).subject(id);
    let seen = app.db.read(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        store::find(tx, &case, id)
    });
    Ok(Versioned::read(seen.await?.value))
}

/// A resettlement to prepare.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "country": "USA", "primary_category": "women_girls_at_risk",
    "secondary_category": "survivor_violence_torture", "priority": "urgent", "on": "2006-10-02"
}))]
pub struct NewResettlementRequest {
    /// The country that is asked.
    country: Country,
    /// Why the person needs it.
    primary_category: Category,
    /// Another reason; not the same one again.
    #[serde(default)]
    secondary_category: Option<Category>,
    /// How soon.
    priority: Priority,
    /// The day its preparation began; not in the future.
    on: Day,
}

impl NewResettlementRequest {
    fn row(self, case: CaseId, now: Timestamp) -> Resettlement {
        Resettlement {
            id: ResettlementId::generate(),
            case_id: case,
            country: self.country,
            primary_category: self.primary_category,
            secondary_category: self.secondary_category,
            priority: self.priority,
            state: ResettlementState::Prepared,
            state_on: self.on,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }
}

/// `POST /v1/cases/{case}/resettlements`
pub async fn create_resettlement(
    permit: Permit<ResettlementWrite>,
    app: Data<App>,
    path: Path<CaseRef>,
    body: Body<NewResettlementRequest>,
) -> Result<Created<ResettlementView>> {
    let (reference, request) = (path.0, body.0);
    rules::categories(request.primary_category, request.secondary_category)
        .map_err(|fault| Error::invalid(vec![fault]))?;
    let event = Event::new(Action::ResettlementCreate)
        .asked_for(reference)
        .detail("country", request.country)
        .detail("on", request.on);
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        rules::prepare(case.status, request.on, latest_day(tx.now())).map_err(Error::unmet)?;
        let resettlement = request.row(case.id, tx.now());
        store::insert(tx, &resettlement)?;
        Ok(ResettlementView::from(resettlement))
    });
    let view = view.await?;
    Ok(Created::at("/v1/cases/{case_id}/resettlements/{id}", view))
}

/// How far a resettlement has come.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"to": "submitted", "on": "2006-10-09"}))]
pub struct ResettlementStateRequest {
    /// The state that it enters.
    to: ResettlementState,
    /// The day on which it happened.
    on: Day,
}

/// `POST /v1/cases/{case}/resettlements/{resettlement}/state`
pub async fn set_resettlement_state(
    permit: Permit<ResettlementWrite>,
    app: Data<App>,
    path: Path<(CaseRef, ResettlementId)>,
    if_match: IfMatch,
    body: Body<ResettlementStateRequest>,
) -> Result<Versioned<ResettlementView>> {
    let ((reference, id), ResettlementStateRequest { to, on }) = (path.0, body.0);
    let event = Event::new(Action::ResettlementState)
        .asked_for(reference)
        .subject(id)
        .detail("to", to)
        .detail("on", on);
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        let read = store::find(tx, &case, id)?;
        if_match.check(read.version)?;
        tx.event.set_detail("from", read.state);
        rules::step(case.status, (read.state, read.state_on), (to, on), latest_day(tx.now()))
            .map_err(Error::unmet)?;
        Ok(ResettlementView::from(store::set_state(tx, &case, &read, to, on)?))
    });
    Ok(Versioned(view.await?))
}
