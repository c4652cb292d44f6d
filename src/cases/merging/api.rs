//! Merging two cases, undoing that, and seeing the merges of a case.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{MergeReason, MergeUndoReason, MergedTeam};
use super::merge::{Decision, merge};
use super::model::{MergeId, MergeRow};
use super::undo::undo;
use super::{rules, store};
use crate::access::permissions::{CaseMerge, CaseRead};
use crate::access::{CaseId, Permission, Permit, UserId};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases::api::{CaseView, NamedCase};
use crate::cases::code::{CaseCode, CaseRef};
use crate::cases::model::Case;
use crate::cases::note::Note;
use crate::cases::store::{Named, find, find_to_merge};
use crate::db::types::Timestamp;
use crate::db::{Tx, WriteTx};
use crate::error::{Code, Error, Result};
use crate::http::reply::HasVersion;
use crate::http::{Body, IfMatch, ListQuery, Page, Path, Unfiltered, Versioned};

/// How many rows of a kind.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"kind": "stays", "rows": 2}))]
pub struct RowsOfKind {
    /// `stays`, `journeys`, `asylum_applications`, `resettlements`, `sealed_records`.
    kind: String,
    /// How many.
    rows: i64,
}

/// How a merge was undone.
#[derive(Serialize, ToSchema)]
pub struct UndoView {
    /// Why.
    reason: MergeUndoReason,
    /// Who undid it.
    by: UserId,
    /// When.
    at: Timestamp,
}

/// A merge of two cases.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "6k5w8z0v4n9qx2c7m1b6t8r4ye",
    "survivor": {"id": "3k5w8z0v4n9qx2c7m1b6t8r4ye", "code": "WS-7K3M-9QXV-R"},
    "merged": {"id": "4k5w8z0v4n9qx2c7m1b6t8r4ye", "code": "WS-ABPV-ZVQN-D"},
    "reason": "same_documents", "team": "apart", "moved": [{"kind": "stays", "rows": 2}],
    "merged_by": "2b5w8z0v4n9qx2c7m1b6t8r4ye", "merged_at": "2006-08-01T09:00:00.000000Z", "undone": null
}))]
pub struct MergeView {
    /// Its id.
    id: MergeId,
    /// The case that went on; null where the merge was undone and that case is not within your reach.
    survivor: Option<NamedCase>,
    /// The case that leads to it; null where the merge was undone and that case is not within your reach.
    merged: Option<NamedCase>,
    /// How it was known that they are one person.
    reason: MergeReason,
    /// What it did to what the members of both teams may open.
    team: MergedTeam,
    /// What became the survivor's.
    moved: Vec<RowsOfKind>,
    /// Who merged them.
    merged_by: UserId,
    /// When.
    merged_at: Timestamp,
    /// How it was undone; null while it stands.
    undone: Option<UndoView>,
}

/// The survivor after a merge, or after one was undone.
#[derive(Serialize, ToSchema)]
pub struct MergeAnswer {
    /// The survivor's version, as in the ETag.
    version: i64,
    /// The survivor.
    case: CaseView,
    /// The merge.
    merge: MergeView,
    /// Of an undone merge: what was entered since and stays with the survivor, because nobody can tell by the rows
    /// whose it is.
    stays_with_survivor: Vec<RowsOfKind>,
}

impl HasVersion for MergeAnswer {
    fn version(&self) -> i64 {
        self.version
    }
}

fn rows_of_kind((kind, rows): (impl Into<String>, i64)) -> RowsOfKind {
    RowsOfKind { kind: kind.into(), rows }
}

/// What is shown of merges that the store gave for `case`.
fn views<P: Permission>(
    tx: &mut Tx<'_>,
    permit: &Permit<P>,
    case: &Case,
    rows: Vec<MergeRow>,
) -> Result<Vec<MergeView>> {
    let ids: Vec<MergeId> = rows.iter().map(|row| row.id).collect();
    let cases: Vec<CaseId> = rows.iter().flat_map(|row| [row.survivor_id, row.merged_id]).collect();
    let mut moved = store::counts(tx, &ids)?;
    let codes: BTreeMap<CaseId, CaseCode> = store::codes(tx, permit, case, &cases)?;
    let named = |id: CaseId| codes.get(&id).map(|code| NamedCase { id, code: *code });
    let view = |row: MergeRow| MergeView {
        id: row.id,
        survivor: named(row.survivor_id),
        merged: named(row.merged_id),
        reason: row.reason,
        team: row.team,
        moved: moved.remove(&row.id).unwrap_or_default().into_iter().map(rows_of_kind).collect(),
        merged_by: row.merged_by,
        merged_at: row.merged_at,
        undone: row.undone_reason.zip(row.undone_by).zip(row.undone_at).map(|((reason, by), at)| UndoView {
            reason,
            by,
            at,
        }),
    };
    Ok(rows.into_iter().map(view).collect())
}

fn answer(
    tx: &mut WriteTx<'_>,
    permit: &Permit<CaseMerge>,
    case: Case,
    row: MergeRow,
    stays: Vec<(&'static str, i64)>,
) -> Result<MergeAnswer> {
    let merge = views(tx, permit, &case, vec![row])?.pop();
    Ok(MergeAnswer {
        version: case.version,
        merge: merge.ok_or_else(|| Error::internal(anyhow::anyhow!("one merge has one view")))?,
        case: case.into(),
        stays_with_survivor: stays.into_iter().map(rows_of_kind).collect(),
    })
}

/// Another case of the same person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "duplicate": "WS-ABPV-ZVQN-D", "duplicate_version": 4, "reason": "same_documents", "team": "apart"
}))]
pub struct MergeRequest {
    /// The id or the code of the case that is to lead to this one.
    #[schema(value_type = String)]
    duplicate: CaseRef,
    /// Its version, as in its ETag.
    duplicate_version: i64,
    /// How it is known that they are one person.
    reason: MergeReason,
    /// What becomes of what the members of both teams may open; `apart` when not said.
    #[serde(default)]
    team: Option<MergedTeam>,
    /// What else is to be said; it is sealed, and stands in the history of the merged case.
    #[serde(default)]
    note: Option<Note>,
}

/// `POST /v1/cases/{case}/merges`
pub async fn merge_cases(
    permit: Permit<CaseMerge>,
    app: Data<App>,
    path: Path<CaseRef>,
    if_match: IfMatch,
    body: Body<MergeRequest>,
) -> Result<Versioned<MergeAnswer>> {
    let (reference, request, keyring) = (path.0, body.0, Arc::clone(&app.keyring));
    let team = request.team.unwrap_or(MergedTeam::Apart);
    let event = Event::new(Action::CaseMerge)
        .asked_for(reference)
        .detail("reason", request.reason)
        .detail("team", team);
    let done = app.db.write(permit, event, move |tx, permit| {
        let survivor = find(tx, permit, &reference)?;
        if_match.check(survivor.version)?;
        let duplicate = duplicate_of(tx, permit, &request.duplicate)?;
        tx.event.set_case(survivor.id);
        if duplicate.version != request.duplicate_version {
            return Err(Error::precondition_failed());
        }
        let decision = Decision { reason: request.reason, team, note: request.note.as_ref() };
        let (survivor, row) = merge(tx, permit, &keyring, (&survivor, &duplicate), &decision)?;
        answer(tx, permit, survivor, row, Vec::new())
    });
    Ok(Versioned(done.await?))
}

/// The case named in a body: one out of reach is a field at fault, as one that is not there.
fn duplicate_of(tx: &mut WriteTx<'_>, permit: &Permit<CaseMerge>, named: &CaseRef) -> Result<Case> {
    match find_to_merge(tx, permit, named) {
        Ok(Named::Itself(case)) => Ok(case),
        Ok(Named::Merged { survivor, .. }) => {
            Err(Error::unmet(vec![rules::merged_before(survivor.code.as_str())]))
        }
        Err(error) if error.code() == Code::NotFound => {
            Err(Error::invalid_field("/duplicate", "Name another case that you may merge."))
        }
        Err(error) => Err(error),
    }
}

/// Why a merge is undone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "two_persons"}))]
pub struct MergeUndoRequest {
    /// Why.
    reason: MergeUndoReason,
    /// What else is to be said; it is sealed, and stands in the history of the case that was merged.
    #[serde(default)]
    note: Option<Note>,
}

/// `POST /v1/cases/{case}/merges/{merge}/undo`
pub async fn undo_merge(
    permit: Permit<CaseMerge>,
    app: Data<App>,
    path: Path<(CaseRef, MergeId)>,
    if_match: IfMatch,
    body: Body<MergeUndoRequest>,
) -> Result<Versioned<MergeAnswer>> {
    let ((reference, id), request, keyring) = (path.0, body.0, Arc::clone(&app.keyring));
    let event =
        Event::new(Action::CaseMergeUndo).asked_for(reference).subject(id).detail("reason", request.reason);
    let done = app.db.write(permit, event, move |tx, permit| {
        let survivor = find(tx, permit, &reference)?;
        if_match.check(survivor.version)?;
        let row = store::of_survivor(tx, &survivor, id)?;
        let why = (request.reason, request.note.as_ref());
        let (survivor, stays) = undo(tx, permit, &keyring, (&survivor, &row), why)?;
        let row = store::of_survivor(tx, &survivor, id)?;
        answer(tx, permit, survivor, row, stays)
    });
    Ok(Versioned(done.await?))
}

/// `GET /v1/cases/{case}/merges`
pub async fn list_merges(
    permit: Permit<CaseRead>,
    app: Data<App>,
    path: Path<CaseRef>,
    query: ListQuery<Unfiltered>,
) -> Result<Page<MergeView>> {
    let (reference, limit, start) = (path.0, query.page.limit(), query.page.start()?);
    let event = Event::new(Action::CaseMerges).asked_for(reference);
    let seen = app.db.read(permit, event, move |tx, permit| {
        let case = find(tx, permit, &reference)?;
        let rows = store::of_case(tx, &case, start, limit + 1)?;
        views(tx, permit, &case, rows)
    });
    Page::of(seen.await?.value, &query.page, |merge| (merge.merged_at, merge.id), |merge| merge)
}
