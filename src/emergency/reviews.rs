//! An auditor's review. They see who opened which case, when and why by its code, and on the log what was opened; nothing
//! of the case itself.

use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::api::EmergencyAccessView;
use super::codes::ReviewFinding;
use super::model::EmergencyAccessId;
use super::{rules, store};
use crate::access::Permit;
use crate::access::permissions::EmergencyReview;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::error::{Error, Result};
use crate::http::{Body, IfMatch, Path, Versioned};
use crate::notices::codes::NoticeKind;
use crate::notices::{About, Whom, tell};

/// What was found.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"finding": "justified"}))]
pub struct EmergencyReviewRequest {
    /// What the log shows of it.
    finding: ReviewFinding,
}

/// `POST /v1/emergency-accesses/{emergency_access}/review`
pub async fn review_emergency_access(
    permit: Permit<EmergencyReview>,
    app: Data<App>,
    path: Path<EmergencyAccessId>,
    if_match: IfMatch,
    body: Body<EmergencyReviewRequest>,
) -> Result<Versioned<EmergencyAccessView>> {
    let (id, finding) = (path.0, body.0.finding);
    let event = Event::new(Action::EmergencyReview).subject(id).detail("finding", finding);
    let view = app.db.write(permit, event, move |tx, permit| {
        let read = store::find(tx, permit, id)?;
        if_match.check(read.version)?;
        let by = permit.person()?;
        rules::review((read.user_id, read.ends_at, read.finding), by, tx.now()).map_err(Error::unmet)?;
        let row = store::review(tx, &read, finding, by)?;
        let about = About { kind: NoticeKind::EmergencyReviewed, subject: id.as_str(), not_to: None };
        tell(tx, &[Whom::User(row.user_id), Whom::CoordinatorsOf(row.hub_id)], about)?;
        Ok(EmergencyAccessView::from(row))
    });
    Ok(Versioned(view.await?))
}
