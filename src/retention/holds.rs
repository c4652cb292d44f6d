//! Legal holds: as long as one stands, nothing of the case is erased.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::HoldReason;
use super::model::{HoldId, HoldRow};
use super::{rules, store};
use crate::access::permissions::{ErasureRead, HoldWrite};
use crate::access::{CaseId, Permit, UserId};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases;
use crate::cases::code::CaseRef;
use crate::db::types::Timestamp;
use crate::error::{Error, Result};
use crate::http::reply::HasVersion;
use crate::http::{Body, Created, IfMatch, ListQuery, Page, Path, Unfiltered, Versioned};
use crate::machine::unmet;

/// A legal hold.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "6k5w8z0v4n9qx2c7m1b6t8r4ye", "case_id": "3k5w8z0v4n9qx2c7m1b6t8r4ye", "reason": "investigation",
    "placed_by": "2b5w8z0v4n9qx2c7m1b6t8r4ye", "placed_at": "2008-03-01T09:00:00.000000Z", "lifted_by": null,
    "lifted_at": null, "version": 1
}))]
pub struct HoldView {
    /// Its id.
    id: HoldId,
    /// Whose it is.
    case_id: CaseId,
    /// Why.
    reason: HoldReason,
    /// Who placed it.
    placed_by: UserId,
    /// When.
    placed_at: Timestamp,
    /// Who lifted it; null while it stands.
    lifted_by: Option<UserId>,
    /// When.
    lifted_at: Option<Timestamp>,
    /// Its version, as in its ETag.
    version: i64,
}

impl From<HoldRow> for HoldView {
    fn from(row: HoldRow) -> Self {
        Self {
            id: row.id,
            case_id: row.case_id,
            reason: row.reason,
            placed_by: row.placed_by,
            placed_at: row.placed_at,
            lifted_by: row.lifted_by,
            lifted_at: row.lifted_at,
            version: row.version,
        }
    }
}

impl HasVersion for HoldView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// `GET /v1/cases/{case}/holds`
pub async fn list_holds(
    permit: Permit<ErasureRead>,
    app: Data<App>,
    path: Path<CaseRef>,
    query: ListQuery<Unfiltered>,
) -> Result<Page<HoldView>> {
    let (reference, limit, start) = (path.0, query.page.limit(), query.page.start()?);
    let event = Event::new(Action::HoldList).asked_for(reference);
    let seen = app.db.read(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        store::holds(tx, &case, start, limit + 1)
    });
    Page::of(seen.await?.value, &query.page, |row| (row.placed_at, row.id), Into::into)
}

/// A hold to place.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "investigation"}))]
pub struct NewHoldRequest {
    /// Why.
    reason: HoldReason,
}

/// `POST /v1/cases/{case}/holds`
pub async fn create_hold(
    permit: Permit<HoldWrite>,
    app: Data<App>,
    path: Path<CaseRef>,
    body: Body<NewHoldRequest>,
) -> Result<Created<HoldView>> {
    let (reference, reason) = (path.0, body.0.reason);
    let event = Event::new(Action::HoldPlace).asked_for(reference).detail("reason", reason);
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        rules::hold(&store::facts(tx, &case)?).map_err(Error::unmet)?;
        let row = HoldRow {
            id: HoldId::generate(),
            case_id: case.id,
            reason,
            placed_by: permit.person()?,
            placed_at: tx.now(),
            lifted_by: None,
            lifted_at: None,
            version: 1,
        };
        store::insert_hold(tx, &row)?;
        Ok(HoldView::from(row))
    });
    Ok(Created::at("/v1/cases/{case_id}/holds/{id}", view.await?))
}

/// `POST /v1/cases/{case}/holds/{hold}/lifting`
pub async fn lift_hold(
    permit: Permit<HoldWrite>,
    app: Data<App>,
    path: Path<(CaseRef, HoldId)>,
    if_match: IfMatch,
) -> Result<Versioned<HoldView>> {
    let (reference, id) = path.0;
    let event = Event::new(Action::HoldLift).asked_for(reference).subject(id);
    let objections = app.retention.objections;
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = cases::store::find(tx, permit, &reference)?;
        let read = store::find_hold(tx, &case, id)?;
        if_match.check(read.version)?;
        if read.lifted_at.is_some() {
            return Err(Error::unmet(vec![unmet("hold_stands", "it was lifted already")]));
        }
        let lifted = store::lift(tx, &read, permit.person()?)?;
        // What was approved before has waited for the hold, and nobody for its end.
        store::postpone(tx, case.id, tx.now().plus(objections))?;
        Ok(HoldView::from(lifted))
    });
    Ok(Versioned(view.await?))
}
