//! The steps of a case: to another stage or status, closing, reopening. Each is one period of its
//! history, one change of its row and one entry on the log, in one commit.

use std::sync::Arc;

use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::CaseView;
use crate::access::permissions::{CaseClose, CaseMove, CaseReopen, CaseStatus};
use crate::access::{Permission, Permit};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases::code::CaseRef;
use crate::cases::codes::{Outcome, Stage, Status};
use crate::cases::model::{Case, CasePatch};
use crate::cases::note::Note;
use crate::cases::reasons::{MoveReason, PeriodReason, ReopeningReason, StatusReason};
use crate::cases::store::periods::{Step, advance};
use crate::cases::timeline::Standing;
use crate::cases::{facts, rules, store};
use crate::crypto::Keyring;
use crate::db::WriteTx;
use crate::db::types::Day;
use crate::error::{Error, Result};
use crate::http::{Body, IfMatch, Path, Versioned};
use crate::machine::latest_day;
use crate::retention;

/// Stores a step that the rules allow.
fn take<P: Permission>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<P>,
    keyring: &Keyring,
    case: &Case,
    to: Standing,
    (reason, on, note): (PeriodReason, Day, Option<&Note>),
) -> Result<CaseView> {
    tx.event.set_detail("from_stage", case.stage);
    tx.event.set_detail("from_status", case.status);
    tx.event.set_detail("on", on);
    tx.event.set_detail("reason", reason.as_str());
    tx.event.set_detail("to_stage", to.stage);
    tx.event.set_detail("to_status", to.status);
    let by = permit.person()?;
    advance(tx, keyring, case, &Step { standing: to, reason, on, note, by })?;
    let patch = CasePatch {
        stage: Some(to.stage),
        status: Some(to.status),
        outcome: Some(to.outcome),
        since: Some(on),
        ..CasePatch::default()
    };
    Ok(store::update(tx, case, &patch)?.into())
}

fn standing(case: &Case) -> Standing {
    Standing { hub_id: case.hub_id, stage: case.stage, status: case.status, outcome: case.outcome }
}

/// A move to another stage.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"to": "transit", "reason": "route_ready", "on": "2006-08-20"}))]
pub struct MoveRequest {
    /// The stage that it enters.
    to: Stage,
    /// Why.
    reason: MoveReason,
    /// The day on which it happened.
    on: Day,
    /// What else is to be said; it is sealed.
    #[serde(default)]
    note: Option<Note>,
}

/// `POST /v1/cases/{case}/stage`
pub async fn move_case(
    permit: Permit<CaseMove>,
    app: Data<App>,
    path: Path<CaseRef>,
    if_match: IfMatch,
    body: Body<MoveRequest>,
) -> Result<Versioned<CaseView>> {
    let (reference, request, keyring) = (path.0, body.0, Arc::clone(&app.keyring));
    let event = Event::new(Action::CaseMove).asked_for(reference);
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = store::find(tx, permit, &reference)?;
        if_match.check(case.version)?;
        let around = facts::around(tx, &case)?;
        let today = latest_day(tx.now());
        rules::next_stage(&facts::of_row(&case), request.to, request.reason, request.on, today, &around)
            .map_err(Error::unmet)?;
        let to = Standing { stage: request.to, ..standing(&case) };
        let reason = PeriodReason::Move(request.reason);
        take(tx, permit, &keyring, &case, to, (reason, request.on, request.note.as_ref()))
    });
    Ok(Versioned(view.await?))
}

/// A change of status of an open case.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"to": "detained", "reason": "arrest", "on": "2006-08-22"}))]
pub struct StatusRequest {
    /// The status that it takes.
    to: Status,
    /// Why.
    reason: StatusReason,
    /// The day on which it happened.
    on: Day,
    /// What else is to be said; it is sealed.
    #[serde(default)]
    note: Option<Note>,
}

/// `POST /v1/cases/{case}/status`
pub async fn set_case_status(
    permit: Permit<CaseStatus>,
    app: Data<App>,
    path: Path<CaseRef>,
    if_match: IfMatch,
    body: Body<StatusRequest>,
) -> Result<Versioned<CaseView>> {
    let (reference, request, keyring) = (path.0, body.0, Arc::clone(&app.keyring));
    let event = Event::new(Action::CaseStatus).asked_for(reference);
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = store::find(tx, permit, &reference)?;
        if_match.check(case.version)?;
        let today = latest_day(tx.now());
        rules::next_status(&facts::of_row(&case), request.to, request.reason, request.on, today)
            .map_err(Error::unmet)?;
        let to = Standing { status: request.to, ..standing(&case) };
        let reason = PeriodReason::Status(request.reason);
        take(tx, permit, &keyring, &case, to, (reason, request.on, request.note.as_ref()))
    });
    Ok(Versioned(view.await?))
}

/// The end of a case.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"outcome": "settled", "on": "2006-12-01", "note": "Lives on her own; follow-up visits have ended."}))]
pub struct ClosureRequest {
    /// How it ended.
    outcome: Outcome,
    /// The day on which it ended.
    on: Day,
    /// What is to be said of it; it is sealed.
    note: Note,
}

/// `POST /v1/cases/{case}/closure`
pub async fn close_case(
    permit: Permit<CaseClose>,
    app: Data<App>,
    path: Path<CaseRef>,
    if_match: IfMatch,
    body: Body<ClosureRequest>,
) -> Result<Versioned<CaseView>> {
    let (reference, request, keyring) = (path.0, body.0, Arc::clone(&app.keyring));
    let event = Event::new(Action::CaseClose).asked_for(reference).detail("outcome", request.outcome);
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = store::find(tx, permit, &reference)?;
        if_match.check(case.version)?;
        let in_a_bed = facts::around(tx, &case)?.open_stay;
        rules::close_case(&facts::of_row(&case), request.outcome, request.on, latest_day(tx.now()), in_a_bed)
            .map_err(Error::unmet)?;
        let to = Standing { status: Status::Closed, outcome: Some(request.outcome), ..standing(&case) };
        take(tx, permit, &keyring, &case, to, (PeriodReason::Closing, request.on, Some(&request.note)))
    });
    Ok(Versioned(view.await?))
}

/// The reopening of a closed case.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "came_back", "on": "2007-02-01"}))]
pub struct ReopeningRequest {
    /// Why.
    reason: ReopeningReason,
    /// The day on which help began again.
    on: Day,
    /// What else is to be said; it is sealed.
    #[serde(default)]
    note: Option<Note>,
}

/// `POST /v1/cases/{case}/reopening`
pub async fn reopen_case(
    permit: Permit<CaseReopen>,
    app: Data<App>,
    path: Path<CaseRef>,
    if_match: IfMatch,
    body: Body<ReopeningRequest>,
) -> Result<Versioned<CaseView>> {
    let (reference, request, keyring) = (path.0, body.0, Arc::clone(&app.keyring));
    let event = Event::new(Action::CaseReopen).asked_for(reference);
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = store::find(tx, permit, &reference)?;
        if_match.check(case.version)?;
        rules::reopen_case(&facts::of_row(&case), request.reason, request.on, latest_day(tx.now()))
            .map_err(Error::unmet)?;
        // An approval was of a case that nobody worked on any more: closed once more, it has to be asked for anew.
        retention::store::withdraw_open(tx, case.id)?;
        let to = Standing { status: Status::Active, outcome: None, ..standing(&case) };
        let reason = PeriodReason::Reopening(request.reason);
        take(tx, permit, &keyring, &case, to, (reason, request.on, request.note.as_ref()))
    });
    Ok(Versioned(view.await?))
}
