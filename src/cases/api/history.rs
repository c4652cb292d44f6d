//! The whole history of a case, and corrections that keep what was there.

use std::sync::Arc;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::CaseView;
use crate::access::permissions::{CaseCorrect, CaseHistory};
use crate::access::{HubId, Permit, Reach, UserId};
use crate::app::App;
use crate::audit::{Action, Event, Receipt};
use crate::cases::code::CaseRef;
use crate::cases::codes::{Outcome, Stage, Status};
use crate::cases::model::{Case, CasePatch, PeriodId, PeriodRow};
use crate::cases::note::Note;
use crate::cases::reasons::PeriodReason;
use crate::cases::store::{self, periods};
use crate::cases::timeline::Correction;
use crate::crypto::{CaseKey, Sealed};
use crate::db::types::{Day, Timestamp};
use crate::error::{Error, Result};
use crate::http::{Body, IfMatch, ListQuery, Page, Path, Unfiltered, Versioned};
use crate::machine::latest_day;

crate::http::path::path_id! { PeriodId: "The period's id, from the case's history." }

/// A stretch of a case's history. What was corrected stays, marked with the moment it was superseded.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "4k5w8z0v4n9qx2c7m1b6t8r4ye", "hub_id": "1a5w8z0v4n9qx2c7m1b6t8r4ye", "stage": "shelter",
    "status": "active", "outcome": null, "reason": "intake", "from_on": "2006-08-01", "until_on": null,
    "sequence": 1, "recorded_at": "2006-08-01T09:00:00.000000Z", "recorded_by": "2b5w8z0v4n9qx2c7m1b6t8r4ye",
    "superseded_at": null, "note_withheld": false
}))]
pub struct PeriodView {
    /// Its id.
    id: PeriodId,
    /// The hub that helped.
    hub_id: HubId,
    /// The stage.
    stage: Stage,
    /// The status.
    status: Status,
    /// How it ended, while it was closed.
    outcome: Option<Outcome>,
    /// Why it began.
    reason: PeriodReason,
    /// The day it began.
    from_on: Day,
    /// The day the next one began; null while it lasts.
    until_on: Option<Day>,
    /// Its place in the history.
    sequence: i64,
    /// The moment it was entered.
    recorded_at: Timestamp,
    /// Who entered it.
    recorded_by: UserId,
    /// When a correction took its place.
    superseded_at: Option<Timestamp>,
    /// What was said of it; absent when nothing was said, or when it is withheld.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<Note>,
    /// Whether there is a note that you may not read: notes are for the team.
    note_withheld: bool,
}

impl PeriodView {
    fn new(row: PeriodRow, opener: Option<(&Receipt, &CaseKey)>) -> Result<Self> {
        let note_withheld = row.note.is_some() && opener.is_none();
        let note = match row.note.zip(opener) {
            None => None,
            Some((sealed, (receipt, key))) => {
                Some(Sealed::<Note>::new(Note::place(row.id, row.case_id), sealed).open(receipt, key)?)
            }
        };
        Ok(Self {
            id: row.id,
            hub_id: row.hub_id,
            stage: row.stage,
            status: row.status,
            outcome: row.outcome,
            reason: row.reason,
            from_on: row.from_on,
            until_on: row.until_on,
            sequence: row.sequence,
            recorded_at: row.recorded_at,
            recorded_by: row.recorded_by,
            superseded_at: row.superseded_at,
            note,
            note_withheld,
        })
    }
}

/// `GET /v1/cases/{case}/history`
pub async fn get_case_history(
    permit: Permit<CaseHistory>,
    app: Data<App>,
    path: Path<CaseRef>,
    query: ListQuery<Unfiltered>,
) -> Result<Page<PeriodView>> {
    let (reference, limit, start) = (path.0, query.page.limit(), query.page.start()?);
    let event = Event::new(Action::CaseHistory).asked_for(reference);
    // A note is free text about a person: the team reads it, a coordinator learns that it is there.
    let for_team = permit.reach() == Reach::Team;
    let event = if for_team { event.opening_texts() } else { event };
    let read = app.db.read(permit, event, move |tx, permit| {
        let case = store::find_as_named(tx, permit, &reference)?;
        let open =
            for_team && (case.merged_into.is_none() || store::opens_merged(tx, permit, case.id, None)?);
        Ok((periods::of_case(tx, &case, start, limit + 1)?, store::key(tx, &case)?, open))
    });
    let seen = read.await?;
    let (rows, wrapped, open) = seen.value;
    let key = app.keyring.case_key(&wrapped)?;
    let opener = open.then_some((&seen.receipt, &key));
    let last = |row: &PeriodRow| (row.sequence, row.recorded_at, row.id);
    Page::of(rows, &query.page, last, |row| PeriodView::new(row, opener))?.transposed()
}

/// What was really so.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"from_on": "2006-07-30", "note": "Her sister knew the day: they crossed on the Sunday."}))]
pub struct CorrectionRequest {
    /// The day on which the period really began.
    #[serde(default)]
    from_on: Option<Day>,
    /// Why it really began: a code of the same list.
    #[serde(default)]
    reason: Option<PeriodReason>,
    /// How that is known; it is sealed.
    note: Note,
}

/// `POST /v1/cases/{case}/history/{period}/correction`
pub async fn correct_case_history(
    permit: Permit<CaseCorrect>,
    app: Data<App>,
    path: Path<(CaseRef, PeriodId)>,
    if_match: IfMatch,
    body: Body<CorrectionRequest>,
) -> Result<Versioned<CaseView>> {
    let ((reference, period), request, keyring) = (path.0, body.0, Arc::clone(&app.keyring));
    let event = Event::new(Action::CaseCorrect).asked_for(reference).subject(period);
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = store::find(tx, permit, &reference)?;
        if_match.check(case.version)?;
        let (timeline, rows) = periods::timeline(tx, &case)?;
        let corrected = rows.iter().find(|row| row.id == period).ok_or_else(Error::not_found)?.sequence;
        let correction = Correction { from_on: request.from_on, reason: request.reason };
        let revision =
            timeline.correct(corrected, &correction, latest_day(tx.now())).map_err(Error::invalid)?;
        let by = permit.person()?;
        periods::revise(tx, &keyring, &case, &revision, (corrected, Some(&request.note), by))?;
        let timeline = timeline.revised(&revision);
        row_after(tx, &case, timeline.current().from_on, timeline.opened_on())
    });
    Ok(Versioned(view.await?))
}

/// The row repeats two days of the history.
fn row_after(tx: &mut crate::db::WriteTx<'_>, case: &Case, since: Day, opened_on: Day) -> Result<CaseView> {
    let patch = CasePatch { since: Some(since), opened_on: Some(opened_on), ..CasePatch::default() };
    Ok(store::update(tx, case, &patch)?.into())
}
