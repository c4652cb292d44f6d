//! The asylum applications of a case: recording them, and how far they come.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{ApplicationState, Authority, Level};
use super::model::{Application, ApplicationId};
use super::{rules, store};
use crate::access::permissions::{ApplicationRead, ApplicationWrite};
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

/// An asylum application.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "5k5w8z0v4n9qx2c7m1b6t8r4ye", "case_id": "3k5w8z0v4n9qx2c7m1b6t8r4ye", "country": "THA",
    "authority": "unhcr", "level": "FI", "state": "registered", "applied_on": "2006-08-25",
    "state_on": "2006-08-25", "decided_on": null, "created_at": "2006-08-26T09:00:00.000000Z",
    "updated_at": "2006-08-26T09:00:00.000000Z", "version": 1
}))]
pub struct ApplicationView {
    /// Its id.
    id: ApplicationId,
    /// Whose it is.
    case_id: CaseId,
    /// Where protection is asked for.
    country: Country,
    /// Who decides.
    authority: Authority,
    /// At which level of the procedure.
    level: Level,
    /// How far it is.
    state: ApplicationState,
    /// The day it was lodged.
    applied_on: Day,
    /// Since when it is in its state.
    state_on: Day,
    /// The day it was decided, while a decision or a closure stands.
    decided_on: Option<Day>,
    /// When it was entered.
    created_at: Timestamp,
    /// When its row last changed.
    updated_at: Timestamp,
    /// Its version, as in its ETag.
    version: i64,
}

impl From<Application> for ApplicationView {
    fn from(row: Application) -> Self {
        Self {
            id: row.id,
            case_id: row.case_id,
            country: row.country,
            authority: row.authority,
            level: row.level,
            state: row.state,
            applied_on: row.applied_on,
            state_on: row.state_on,
            decided_on: row.decided_on,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        }
    }
}

impl HasVersion for ApplicationView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// `GET /v1/cases/{case}/applications`
pub async fn list_applications(
    permit: Permit<ApplicationRead>,
    app: Data<App>,
    path: Path<CaseRef>,
    query: ListQuery<Unfiltered>,
) -> Result<Page<ApplicationView>> {
    let (reference, limit, start) = (path.0, query.page.limit(), query.page.start()?);
    let event = Event::new(Action::ApplicationList).asked_for(reference);
    let seen = app.db.read(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        store::of_case(tx, &case, start, limit + 1)
    });
    Page::of(seen.await?.value, &query.page, |row| (row.applied_on, row.id), Into::into)
}

/// `GET /v1/cases/{case}/applications/{application}`
pub async fn get_application(
    permit: Permit<ApplicationRead>,
    app: Data<App>,
    path: Path<(CaseRef, ApplicationId)>,
) -> Result<Versioned<ApplicationView>> {
    let (reference, id) = path.0;
    let event = Event::new(Action::ApplicationRead).asked_for(reference).subject(id);
    let seen = app.db.read(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        store::find(tx, &case, id)
    });
    Ok(Versioned::read(seen.await?.value))
}

/// An application to record.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"country": "THA", "authority": "unhcr", "level": "FI", "applied_on": "2006-08-25"}))]
pub struct NewApplicationRequest {
    /// Where protection is asked for.
    country: Country,
    /// Who decides.
    authority: Authority,
    /// At which level of the procedure.
    level: Level,
    /// The day it was lodged; not in the future. It may be before the case was opened.
    applied_on: Day,
}

impl NewApplicationRequest {
    fn row(self, case: CaseId, now: Timestamp) -> Application {
        Application {
            id: ApplicationId::generate(),
            case_id: case,
            country: self.country,
            authority: self.authority,
            level: self.level,
            state: ApplicationState::Registered,
            applied_on: self.applied_on,
            state_on: self.applied_on,
            decided_on: None,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }
}

/// `POST /v1/cases/{case}/applications`
pub async fn create_application(
    permit: Permit<ApplicationWrite>,
    app: Data<App>,
    path: Path<CaseRef>,
    body: Body<NewApplicationRequest>,
) -> Result<Created<ApplicationView>> {
    let (reference, request) = (path.0, body.0);
    let event = Event::new(Action::ApplicationCreate)
        .asked_for(reference)
        .detail("country", request.country)
        .detail("on", request.applied_on);
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        rules::record(case.status, request.applied_on, latest_day(tx.now())).map_err(Error::unmet)?;
        let application = request.row(case.id, tx.now());
        store::insert(tx, &application)?;
        Ok(ApplicationView::from(application))
    });
    let view = view.await?;
    Ok(Created::at("/v1/cases/{case_id}/applications/{id}", view))
}

/// How far an application has come.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"to": "interview_scheduled", "on": "2006-09-04"}))]
pub struct ApplicationStateRequest {
    /// The state that it enters.
    to: ApplicationState,
    /// The day on which it happened.
    on: Day,
}

/// `POST /v1/cases/{case}/applications/{application}/state`
pub async fn set_application_state(
    permit: Permit<ApplicationWrite>,
    app: Data<App>,
    path: Path<(CaseRef, ApplicationId)>,
    if_match: IfMatch,
    body: Body<ApplicationStateRequest>,
) -> Result<Versioned<ApplicationView>> {
    let ((reference, id), ApplicationStateRequest { to, on }) = (path.0, body.0);
    let event = Event::new(Action::ApplicationState)
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
        Ok(ApplicationView::from(store::set_state(tx, &case, &read, to, on)?))
    });
    Ok(Versioned(view.await?))
}
