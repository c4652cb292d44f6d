//! Asking who may be the same person, seeing what was noted, deciding that they are two.

use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::note::fit_of;
use super::{DuplicateId, DuplicateState};
use crate::access::permissions::{DuplicateDecide, DuplicateList, IdentityCompare};
use crate::access::{CaseId, FieldGroup, HubId, Permit};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases::code::{CaseCode, CaseRef};
use crate::cases::search::api::{Candidate, fitting};
use crate::cases::search::rank::{SearchReason, Sought};
use crate::cases::store;
use crate::cases::store::duplicates::{self, Pair, SeenPair, Side};
use crate::db::types::Timestamp;
use crate::error::Result;
use crate::http::path::path_id;
use crate::http::reply::HasVersion;
use crate::http::{Body, IfMatch, Json, ListQuery, Page, Path, Unfiltered, Versioned};

path_id! { DuplicateId: "The id of the pair." }

/// Who may be the same person.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"candidates": [{
    "case_id": "0h9fzq3m6v2x8k4t7w1c5n0b9d", "code": "WS-7K3M-9QXV-R", "score": 97,
    "reasons": ["surname", "given_name", "birth_year"]
}], "others": true}))]
pub struct DuplicatesView {
    /// Among the cases whose identity record one may open, the best first, at most 50.
    candidates: Vec<Candidate>,
    /// Whether it may be the same as a case that one does not reach: its coordinators and one's own were told.
    others: bool,
}

/// `GET /v1/cases/{case}/duplicates`
pub async fn find_duplicates(
    permit: Permit<IdentityCompare>,
    app: Data<App>,
    path: Path<CaseRef>,
) -> Result<Json<DuplicatesView>> {
    let (reference, index) = (path.0, Arc::clone(&app.search));
    let event = Event::new(Action::CaseDuplicates).asked_for(reference).group(FieldGroup::Identity);
    let read = app.db.read(permit, event, move |tx, permit| {
        let case = store::find_opening(tx, permit, &reference, FieldGroup::Identity)?;
        let others = duplicates::has_others(tx, permit, &case)?;
        let sought = match index.people([case.id])?.as_slice() {
            [(_, person)] => Sought::like(person),
            _ => Sought::default(),
        };
        let answer = fitting(tx, permit, &index, &sought, Some(case.id))?;
        Ok(DuplicatesView { candidates: answer.candidates, others })
    });
    Ok(Json(read.await?.value))
}

/// A case of a pair, as far as one may see it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SideView {
    /// Its hub.
    hub_id: HubId,
    /// The hub's name: whom to talk with.
    hub_name: String,
    /// The case; null where it is not within reach.
    case_id: Option<CaseId>,
    /// Its code; null where it is not within reach.
    #[schema(value_type = Option<String>)]
    code: Option<CaseCode>,
}

/// Two cases that may be of one person.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "2b5w8z0v4n9qx2c7m1b6t8r4ye", "version": 1, "state": "open", "noted_at": "2006-08-01T09:00:00.000000Z", "score": 97,
    "reasons": ["surname", "given_name", "birth_year"],
    "own": {"hub_id": "1pzx7vmgdca2y15h7gy24gd9j9", "hub_name": "Kunming", "case_id": "0h9fzq3m6v2x8k4t7w1c5n0b9d",
            "code": "WS-7K3M-9QXV-R"},
    "other": {"hub_id": "3r1zx7vmgdca2y15h7gy24gd9k", "hub_name": "Seoul", "case_id": null, "code": null}
}))]
pub struct DuplicateView {
    /// Its id.
    id: DuplicateId,
    /// Its version, for `If-Match`.
    version: i64,
    /// What was decided.
    state: DuplicateState,
    /// When it was noted.
    noted_at: Timestamp,
    /// How alike they are now, from 1 to 100; null when they are no longer, or the names are not opened yet.
    score: Option<u8>,
    /// Why they may be one person; a code list.
    reasons: BTreeSet<SearchReason>,
    /// One's own side.
    own: SideView,
    /// The other side.
    other: SideView,
}

impl SideView {
    fn of(side: Side) -> Self {
        let (case_id, code) = side.case.unzip();
        Self { hub_id: side.hub, hub_name: side.hub_name, case_id, code }
    }
}

/// `GET /v1/duplicates`
pub async fn list_duplicates(
    permit: Permit<DuplicateList>,
    app: Data<App>,
    query: ListQuery<Unfiltered>,
) -> Result<Page<DuplicateView>> {
    let (limit, start) = (query.page.limit(), query.page.start()?);
    let event = Event::new(Action::DuplicateList);
    let seen =
        app.db.read(permit, event, move |tx, permit| duplicates::list(tx, permit, start, limit)).await?;
    let view = |SeenPair { pair, own, other }: SeenPair| {
        let fit = fit_of(&app.search, pair.lower_case, pair.upper_case);
        DuplicateView {
            id: pair.id,
            version: pair.version,
            state: pair.state,
            noted_at: pair.noted_at,
            score: fit.as_ref().map(|fit| fit.score),
            reasons: fit.map(|fit| fit.reasons).unwrap_or_default(),
            own: SideView::of(own),
            other: SideView::of(other),
        }
    };
    Page::of(seen.value, &query.page, |seen| (seen.pair.noted_at, seen.pair.id), view)
}

/// That they are two people: there is nothing to say besides.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct NotSameRequest {}

/// What was decided.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "2b5w8z0v4n9qx2c7m1b6t8r4ye", "version": 2, "state": "open", "waits_for_other_side": true}))]
pub struct DecisionView {
    /// The pair.
    id: DuplicateId,
    /// Its version, as in the ETag.
    version: i64,
    /// What is known of it now.
    state: DuplicateState,
    /// Whether a coordinator of the other case has still to say the same.
    waits_for_other_side: bool,
}

impl DecisionView {
    fn of(pair: Pair) -> Self {
        Self {
            id: pair.id,
            version: pair.version,
            state: pair.state,
            waits_for_other_side: pair.state == DuplicateState::Open,
        }
    }
}

impl HasVersion for DecisionView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// `POST /v1/cases/{case}/duplicates/{duplicate}/not-same`
pub async fn decide_not_same(
    permit: Permit<DuplicateDecide>,
    app: Data<App>,
    path: Path<(CaseRef, DuplicateId)>,
    if_match: IfMatch,
    _body: Body<NotSameRequest>,
) -> Result<Versioned<DecisionView>> {
    let (reference, id) = path.0;
    let event = Event::new(Action::DuplicateNotSame).asked_for(reference);
    let decided = app.db.write(permit, event, move |tx, permit| {
        let case = store::find(tx, permit, &reference)?;
        duplicates::say_not_same(tx, permit, &case, id, if_match).map(DecisionView::of)
    });
    decided.await.map(Versioned)
}
