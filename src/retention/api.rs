//! Asking that a person be erased, deciding it, taking it back, and the certificate.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::asking::ask;
use super::codes::{ErasureDecision, ErasureReason, ErasureState};
use super::model::{ErasureId, ErasureRow};
use super::{rules, store};
use crate::access::permissions::{ErasureDecide, ErasureList, ErasureRead, ErasureRequest};
use crate::access::{CaseId, Permit, UserId};
use crate::app::App;
use crate::audit::checkpoint::Anchor;
use crate::audit::{Action, Event};
use crate::cases;
use crate::cases::code::CaseRef;
use crate::db::types::Timestamp;
use crate::error::{Error, Result};
use crate::http::reply::HasVersion;
use crate::http::{Body, Created, IfMatch, Json, ListQuery, Page, Path, Unfiltered, Versioned};

/// An erasure: who asked for it, who decided it, and how far it is.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "6k5w8z0v4n9qx2c7m1b6t8r4ye", "case_id": "3k5w8z0v4n9qx2c7m1b6t8r4ye", "state": "approved",
    "reason": "person_asked", "requested_by": "2b5w8z0v4n9qx2c7m1b6t8r4ye",
    "requested_at": "2008-03-01T09:00:00.000000Z", "decided_by": "5c5w8z0v4n9qx2c7m1b6t8r4ye",
    "decided_at": "2008-03-02T09:00:00.000000Z", "due_at": "2008-03-09T09:00:00.000000Z", "ended_at": null,
    "version": 2
}))]
pub struct ErasureView {
    /// Its id.
    id: ErasureId,
    /// Whose it is.
    case_id: CaseId,
    /// How far it is.
    state: ErasureState,
    /// Why.
    reason: ErasureReason,
    /// Who asked for it; null where the case had been closed for as long as the network keeps cases.
    requested_by: Option<UserId>,
    /// When.
    requested_at: Timestamp,
    /// Who decided it.
    decided_by: Option<UserId>,
    /// When.
    decided_at: Option<Timestamp>,
    /// From when on it is carried out, if nobody objects before and no legal hold stands.
    due_at: Option<Timestamp>,
    /// When it was refused, taken back, or carried out.
    ended_at: Option<Timestamp>,
    /// Its version, as in its ETag.
    version: i64,
}

impl From<ErasureRow> for ErasureView {
    fn from(row: ErasureRow) -> Self {
        Self {
            id: row.id,
            case_id: row.case_id,
            state: row.state,
            reason: row.reason,
            requested_by: row.requested_by,
            requested_at: row.requested_at,
            decided_by: row.decided_by,
            decided_at: row.decided_at,
            due_at: row.due_at,
            ended_at: row.ended_at,
            version: row.version,
        }
    }
}

impl HasVersion for ErasureView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// Which erasures to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ErasureListQuery {
    /// How far they are; `requested` where nothing is said: those that wait for a decision.
    #[serde(default)]
    state: Option<ErasureState>,
}

/// `GET /v1/erasures`
pub async fn list_waiting_erasures(
    permit: Permit<ErasureList>,
    app: Data<App>,
    query: ListQuery<ErasureListQuery>,
) -> Result<Page<ErasureView>> {
    let ListQuery { filter, page } = query;
    let (limit, start) = (page.limit(), page.start()?);
    let state = filter.state.unwrap_or(ErasureState::Requested);
    let event =
        Event::new(Action::ErasureWaiting).narrowed_by([("state", filter.state.map(|s| s.to_string()))]);
    let seen =
        app.db.read(permit, event, move |tx, permit| store::within_reach(tx, permit, state, start, limit));
    Page::of(seen.await?.value, &page, |row| (row.requested_at, row.id), Into::into)
}

/// `GET /v1/cases/{case}/erasures`
pub async fn list_erasures(
    permit: Permit<ErasureRead>,
    app: Data<App>,
    path: Path<CaseRef>,
    query: ListQuery<Unfiltered>,
) -> Result<Page<ErasureView>> {
    let (reference, limit, start) = (path.0, query.page.limit(), query.page.start()?);
    let event = Event::new(Action::ErasureList).asked_for(reference);
    let seen = app.db.read(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        store::of_case(tx, &case, start, limit + 1)
    });
    Page::of(seen.await?.value, &query.page, |row| (row.requested_at, row.id), Into::into)
}

/// A request to erase the person of a case.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "person_asked"}))]
pub struct NewErasureRequest {
    /// Why.
    reason: ErasureReason,
}

/// `POST /v1/cases/{case}/erasures`
pub async fn create_erasure(
    permit: Permit<ErasureRequest>,
    app: Data<App>,
    path: Path<CaseRef>,
    body: Body<NewErasureRequest>,
) -> Result<Created<ErasureView>> {
    let (reference, reason) = (path.0, body.0.reason);
    let event = Event::new(Action::ErasureRequest).asked_for(reference).detail("reason", reason);
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        Ok(ErasureView::from(ask(tx, &case, reason, Some(permit.person()?))?))
    });
    Ok(Created::at("/v1/cases/{case_id}/erasures/{id}", view.await?))
}

/// `GET /v1/cases/{case}/erasures/{erasure}`
pub async fn get_erasure(
    permit: Permit<ErasureRead>,
    app: Data<App>,
    path: Path<(CaseRef, ErasureId)>,
) -> Result<Versioned<ErasureView>> {
    let (reference, id) = path.0;
    let event = Event::new(Action::ErasureList).asked_for(reference).subject(id);
    let seen = app.db.read(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        Ok(ErasureView::from(store::find(tx, case.id, id)?))
    });
    Ok(Versioned::read(seen.await?.value))
}

/// What somebody else decides.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"decision": "approve"}))]
pub struct ErasureDecisionRequest {
    /// Whether the person is to be erased.
    decision: ErasureDecision,
}

/// `POST /v1/cases/{case}/erasures/{erasure}/decision`
pub async fn decide_erasure(
    permit: Permit<ErasureDecide>,
    app: Data<App>,
    path: Path<(CaseRef, ErasureId)>,
    if_match: IfMatch,
    body: Body<ErasureDecisionRequest>,
) -> Result<Versioned<ErasureView>> {
    let ((reference, id), decision) = (path.0, body.0.decision);
    let event =
        Event::new(Action::ErasureDecide).asked_for(reference).subject(id).detail("decision", decision);
    let objections = app.retention.objections;
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        let read = store::find(tx, case.id, id)?;
        if_match.check(read.version)?;
        let (by, now) = (permit.person()?, tx.now());
        rules::decide(&store::facts(tx, &case)?, read.state, (read.requested_by, by), decision)
            .map_err(Error::unmet)?;
        let decided = ErasureRow { decided_by: Some(by), decided_at: Some(now), ..read.clone() };
        let decided = match decision {
            ErasureDecision::Approve => {
                ErasureRow { state: ErasureState::Approved, due_at: Some(now.plus(objections)), ..decided }
            }
            ErasureDecision::Refuse => {
                ErasureRow { state: ErasureState::Refused, ended_at: Some(now), ..decided }
            }
        };
        Ok(ErasureView::from(store::update(tx, &read, decided)?))
    });
    Ok(Versioned(view.await?))
}

/// `POST /v1/cases/{case}/erasures/{erasure}/withdrawal`
pub async fn withdraw_erasure(
    permit: Permit<ErasureRequest>,
    app: Data<App>,
    path: Path<(CaseRef, ErasureId)>,
    if_match: IfMatch,
) -> Result<Versioned<ErasureView>> {
    let (reference, id) = path.0;
    let event = Event::new(Action::ErasureWithdraw).asked_for(reference).subject(id);
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        let read = store::find(tx, case.id, id)?;
        if_match.check(read.version)?;
        rules::withdraw(read.state).map_err(Error::unmet)?;
        let row = ErasureRow { state: ErasureState::Withdrawn, ended_at: Some(tx.now()), ..read.clone() };
        Ok(ErasureView::from(store::update(tx, &read, row)?))
    });
    Ok(Versioned(view.await?))
}

/// That a person was erased, signed by the log's key.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "certificate": "waystation/case.erase\nlog.example.org/river\n6k5w8z0v4n9qx2c7m1b6t8r4ye\n3k5w8z0v4n9qx2c7m1b6t8r4ye\n2008-03-09T09:00:07.000000Z\n4711\ndbzDjcrPfIxXjyUxx1xyXXRAqw4VonUl5ZcvfN21gYk=\n\n\u{2014} log.example.org/river ...\n",
    "log": null
}))]
pub struct ErasureCertificate {
    /// A signed note (C2SP signed-note): the log's name, the erasure, the case, the moment, the position of its entry on
    /// the log, and that entry's leaf hash.
    certificate: String,
    /// How the log stood when this was read.
    log: Option<Anchor>,
}

/// `GET /v1/cases/{case}/erasures/{erasure}/certificate`
pub async fn get_erasure_certificate(
    permit: Permit<ErasureRead>,
    app: Data<App>,
    path: Path<(CaseRef, ErasureId)>,
) -> Result<Json<ErasureCertificate>> {
    let (reference, id) = path.0;
    let event = Event::new(Action::ErasureCertificate).asked_for(reference).subject(id);
    let seen = app.db.read(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        let row = store::find(tx, case.id, id)?;
        let certificate = row.certificate.ok_or_else(Error::not_found)?;
        Ok(ErasureCertificate { certificate, log: Anchor::now(tx)? })
    });
    Ok(Json(seen.await?.value))
}
