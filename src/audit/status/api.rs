//! How the log stands, for an auditor.

use actix_web::web::Data;

use super::LogStatus;
use crate::access::Permit;
use crate::access::permissions::AuditVerify;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::error::Result;
use crate::http::Json;

/// `GET /v1/audit/log/status`
pub async fn get_log_status(permit: Permit<AuditVerify>, app: Data<App>) -> Result<Json<LogStatus>> {
    let policy = app.witnesses.clone();
    let event = Event::new(Action::AuditStatus);
    let seen = app.db.read_log_as_it_is(permit, event, move |tx, _| super::load(tx, policy.as_deref()));
    let (status, _) = super::with_signing(&app, seen.await?.value).await;
    Ok(Json(status))
}
