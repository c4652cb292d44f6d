//! Canary cases, and alarms. A canary is named by its id: an auditor sees no case, and
//! nothing that a helper may read tells which cases are canaries.

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::events::EventView;
use crate::access::permissions::AuditCanary;
use crate::access::{CaseId, Permit, UserId};
use crate::app::App;
use crate::audit::canaries::{self, Canary};
use crate::audit::{Action, Event, alarms};
use crate::db::types::Timestamp;
use crate::error::Result;
use crate::http::{ListQuery, NoContent, Page, Path, Unfiltered};

/// A canary case.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "case": "3k5w8z0v4n9qx2c7m1b6t8r4ye", "created_by": "5m5w8z0v4n9qx2c7m1b6t8r4ye",
    "created_at": "2006-08-01T09:00:00.000000Z"
}))]
pub struct CanaryView {
    /// The case.
    case: CaseId,
    /// Who made it one.
    created_by: UserId,
    /// When; what was done to it before raises no alarm.
    created_at: Timestamp,
}

impl From<Canary> for CanaryView {
    fn from(row: Canary) -> Self {
        Self { case: row.case_id, created_by: row.created_by, created_at: row.created_at }
    }
}

/// `PUT /v1/audit/canaries/{case}`
pub async fn put_canary(
    permit: Permit<AuditCanary>,
    app: Data<App>,
    path: Path<CaseId>,
) -> Result<NoContent> {
    let case = path.0;
    // Its subject, and not its case: those who work on a case read who was at it, and must not learn of this.
    let event = Event::new(Action::AuditCanaryPut).subject(case);
    app.db.write(permit, event, move |tx, permit| canaries::plant(tx, permit, case)).await?;
    Ok(NoContent)
}

/// `DELETE /v1/audit/canaries/{case}`
pub async fn remove_canary(
    permit: Permit<AuditCanary>,
    app: Data<App>,
    path: Path<CaseId>,
) -> Result<NoContent> {
    let case = path.0;
    let event = Event::new(Action::AuditCanaryRemove).subject(case);
    app.db.write(permit, event, move |tx, permit| canaries::remove(tx, permit, case)).await?;
    Ok(NoContent)
}

/// `GET /v1/audit/canaries`
pub async fn list_canaries(
    permit: Permit<AuditCanary>,
    app: Data<App>,
    query: ListQuery<Unfiltered>,
) -> Result<Page<CanaryView>> {
    let (limit, start) = (query.page.limit(), query.page.start()?);
    let event = Event::new(Action::AuditCanaryList);
    let read = app.db.list_log(permit, event, move |tx, permit| canaries::list(tx, permit, start, limit + 1));
    Page::of(read.await?, &query.page, |row| row.case_id, CanaryView::from)
}

/// `GET /v1/audit/alarms`
pub async fn list_alarms(
    permit: Permit<AuditCanary>,
    app: Data<App>,
    query: ListQuery<Unfiltered>,
) -> Result<Page<EventView>> {
    let (limit, start) = (query.page.limit(), query.page.start()?);
    let event = Event::new(Action::AuditAlarms);
    let read = app.db.list_log(permit, event, move |tx, permit| alarms::list(tx, permit, start, limit + 1));
    let key = |row: &crate::audit::model::LogRow| row.stored.position;
    Page::of(read.await?, &query.page, key, |row| EventView::new(row.stored))
}
