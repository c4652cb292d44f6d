//! Opening a case in an emergency, seeing which were, and ending it.

use std::sync::Arc;

use actix_web::web::Data;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::codes::{EmergencyReason, ReviewFinding, ReviewState};
use super::model::{EmergencyAccess, EmergencyAccessId, Explanation};
use super::{rules, store};
use crate::access::permissions::{EmergencyEnd, EmergencyExplanation, EmergencyOpen, EmergencyRead};
use crate::access::{CaseId, HubId, Permit, UserId};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases;
use crate::cases::code::CaseRef;
use crate::crypto::Sealed;
use crate::db::types::Timestamp;
use crate::error::{Error, Result};
use crate::http::reply::HasVersion;
use crate::http::{Body, Created, IfMatch, Json, ListQuery, Page, Path, Versioned};
use crate::notices::codes::NoticeKind;
use crate::notices::{About, Whom, tell};

/// A case that was opened in an emergency.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "6k5w8z0v4n9qx2c7m1b6t8r4ye", "case_id": "3k5w8z0v4n9qx2c7m1b6t8r4ye",
    "hub_id": "1a5w8z0v4n9qx2c7m1b6t8r4ye", "user_id": "2b5w8z0v4n9qx2c7m1b6t8r4ye", "reason": "raid",
    "began_at": "2008-03-01T02:40:00.000000Z", "ends_at": "2008-03-01T03:40:00.000000Z", "ended_by": null,
    "review_due_at": "2008-03-04T02:40:00.000000Z", "finding": null, "reviewed_by": null, "reviewed_at": null,
    "version": 1
}))]
pub struct EmergencyAccessView {
    /// Its id.
    id: EmergencyAccessId,
    /// The case.
    case_id: CaseId,
    /// Its hub then, whose coordinators were told.
    hub_id: HubId,
    /// Who opened it.
    user_id: UserId,
    /// Why.
    reason: EmergencyReason,
    /// When it began.
    began_at: Timestamp,
    /// When it ends, or has ended.
    ends_at: Timestamp,
    /// Who ended it before its time.
    ended_by: Option<UserId>,
    /// Until when an auditor has to have reviewed it.
    review_due_at: Timestamp,
    /// What they found.
    finding: Option<ReviewFinding>,
    /// Who they were.
    reviewed_by: Option<UserId>,
    /// When.
    reviewed_at: Option<Timestamp>,
    /// Its version, as in its ETag.
    version: i64,
}

impl From<EmergencyAccess> for EmergencyAccessView {
    fn from(row: EmergencyAccess) -> Self {
        Self {
            review_due_at: row.review_due_at(),
            id: row.id,
            case_id: row.case_id,
            hub_id: row.hub_id,
            user_id: row.user_id,
            reason: row.reason,
            began_at: row.began_at,
            ends_at: row.ends_at,
            ended_by: row.ended_by,
            finding: row.finding,
            reviewed_by: row.reviewed_by,
            reviewed_at: row.reviewed_at,
            version: row.version,
        }
    }
}

impl HasVersion for EmergencyAccessView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// Why a case is opened by somebody who does not work on it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "reason": "raid", "explanation": "Police at the shelter; I move everybody tonight.", "minutes": 30
}))]
pub struct NewEmergencyAccess {
    /// Why, as a code: auditors read it.
    reason: EmergencyReason,
    /// Why, in ten characters or more: it is sealed; you read it as long as you reach the case, and the hub's coordinators.
    explanation: Explanation,
    /// For how long, 1 to 60; 60 where nothing is said.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 60)]
    minutes: Option<i64>,
}

impl NewEmergencyAccess {
    fn lasts(&self) -> Result<TimeDelta> {
        if self.explanation.length() < rules::SHORTEST_EXPLANATION {
            let detail = format!("must have at least {} characters", rules::SHORTEST_EXPLANATION);
            return Err(Error::invalid_field("/explanation", detail));
        }
        let minutes = self.minutes.unwrap_or(rules::LONGEST_MINUTES);
        if (1..=rules::LONGEST_MINUTES).contains(&minutes) {
            return Ok(TimeDelta::minutes(minutes));
        }
        Err(Error::invalid_field("/minutes", format!("must be 1 to {}", rules::LONGEST_MINUTES)))
    }
}

/// `POST /v1/cases/{case}/emergency-accesses`
pub async fn open_in_emergency(
    permit: Permit<EmergencyOpen>,
    app: Data<App>,
    path: Path<CaseRef>,
    body: Body<NewEmergencyAccess>,
) -> Result<Created<EmergencyAccessView>> {
    let (reference, request, keyring) = (path.0, body.0, Arc::clone(&app.keyring));
    let lasts = request.lasts()?;
    let event = Event::new(Action::EmergencyOpen).asked_for(reference).detail("reason", request.reason);
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        let user = permit.person()?;
        rules::open(store::facts(tx, &case, user)?).map_err(Error::unmet)?;
        let id = EmergencyAccessId::generate();
        let place = Explanation::place(id, case.id);
        let sealed = keyring.case_key(&cases::store::key(tx, &case)?)?.seal(&place, &request.explanation)?;
        tx.stored(&place, &sealed);
        let now = tx.now();
        let row = EmergencyAccess {
            id,
            case_id: case.id,
            hub_id: case.hub_id,
            user_id: user,
            reason: request.reason,
            explanation: Some(sealed),
            began_at: now,
            ends_at: now.plus(lasts),
            ended_by: None,
            finding: None,
            reviewed_by: None,
            reviewed_at: None,
            reminded_at: None,
            version: 1,
        };
        store::insert(tx, &row)?;
        let about = |kind| About { kind, subject: id.as_str(), not_to: Some(user) };
        tell(tx, &[Whom::CoordinatorsOf(row.hub_id)], about(NoticeKind::EmergencyOpened))?;
        tell(tx, &[Whom::Auditors], about(NoticeKind::ReviewWaits))?;
        Ok(EmergencyAccessView::from(row))
    });
    Ok(Created::at("/v1/emergency-accesses/{id}", view.await?))
}

/// Which emergency accesses to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EmergencyListQuery {
    /// Those that wait for a review, or those that had one; all where nothing is said.
    #[serde(default)]
    #[param(inline)]
    review: Option<ReviewState>,
}

/// `GET /v1/emergency-accesses`
///
/// One's own; a coordinator's hubs'; an auditor's, all.
pub async fn list_emergency_accesses(
    permit: Permit<EmergencyRead>,
    app: Data<App>,
    query: ListQuery<EmergencyListQuery>,
) -> Result<Page<EmergencyAccessView>> {
    let ListQuery { filter, page } = query;
    let (limit, start) = (page.limit(), page.start()?);
    let event = Event::new(Action::EmergencyList)
        .narrowed_by([("review", filter.review.map(|review| review.to_string()))]);
    let read =
        app.db.read(permit, event, move |tx, permit| store::list(tx, permit, filter.review, start, limit));
    Page::of(read.await?.value, &page, |row| (row.began_at, row.id), Into::into)
}

/// `GET /v1/emergency-accesses/{emergency_access}`
pub async fn get_emergency_access(
    permit: Permit<EmergencyRead>,
    app: Data<App>,
    path: Path<EmergencyAccessId>,
) -> Result<Versioned<EmergencyAccessView>> {
    let id = path.0;
    let event = Event::new(Action::EmergencyRead).subject(id);
    let read = app.db.read(permit, event, move |tx, permit| store::find(tx, permit, id));
    Ok(Versioned::read(read.await?.value))
}

/// Why a case was opened, in the words of whoever opened it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"explanation": "Police at the shelter; I move everybody tonight."}))]
pub struct ExplanationView {
    /// The text.
    explanation: Explanation,
}

/// `GET /v1/emergency-accesses/{emergency_access}/explanation`
///
/// For whoever opened it and for the coordinators of its hub, as long as they reach the case: it may tell of the person.
pub async fn get_emergency_explanation(
    permit: Permit<EmergencyExplanation>,
    app: Data<App>,
    path: Path<EmergencyAccessId>,
) -> Result<Json<ExplanationView>> {
    let id = path.0;
    let event = Event::new(Action::EmergencyExplanation).subject(id).opening_texts();
    let read = app.db.read(permit, event, move |tx, permit| {
        let found = store::find(tx, permit, id)?;
        let case = cases::store::find_as_named(tx, &permit.to_read_cases()?, &CaseRef::Id(found.case_id))?;
        let sealed = found.explanation.ok_or_else(Error::not_found)?;
        Ok((
            Sealed::<Explanation>::new(Explanation::place(id, case.id), sealed),
            cases::store::key(tx, &case)?,
        ))
    });
    let seen = read.await?;
    let (sealed, wrapped) = seen.value;
    let explanation = sealed.open(&seen.receipt, &app.keyring.case_key(&wrapped)?)?;
    Ok(Json(ExplanationView { explanation }))
}

/// `POST /v1/emergency-accesses/{emergency_access}/end`
pub async fn end_emergency_access(
    permit: Permit<EmergencyEnd>,
    app: Data<App>,
    path: Path<EmergencyAccessId>,
    if_match: IfMatch,
) -> Result<Versioned<EmergencyAccessView>> {
    let id = path.0;
    let event = Event::new(Action::EmergencyEnd).subject(id);
    let view = app.db.write(permit, event, move |tx, permit| {
        let read = store::find(tx, permit, id)?;
        if_match.check(read.version)?;
        rules::end(read.ends_at, tx.now()).map_err(Error::unmet)?;
        Ok(EmergencyAccessView::from(store::end(tx, &read, permit.person()?)?))
    });
    Ok(Versioned(view.await?))
}
