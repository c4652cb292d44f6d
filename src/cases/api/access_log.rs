//! Who opened a case, for those who work on it: who, when and what kind of thing, and never more of
//! an entry than that.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::permissions::CaseAccessLog;
use crate::access::{CaseId, FieldGroup, Permit, Role};
use crate::app::App;
use crate::audit::model::{Access, LogRow, Told};
use crate::audit::unreadable::Unreadable;
use crate::audit::{self, Action, Event};
use crate::cases::code::CaseRef;
use crate::cases::merging;
use crate::cases::store;
use crate::db::types::Timestamp;
use crate::error::{Code, Error, Result};
use crate::http::{ListQuery, Page, Path, Unfiltered};
use crate::retention;

/// One access to a case.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "position": 4711, "at": "2006-08-01T09:00:00.000000Z", "actor": "2b5w8z0v4n9qx2c7m1b6t8r4ye",
    "username": "heron", "role": "caseworker", "action": "record.read", "outcome": "done",
    "groups": ["identity"]
}))]
pub struct AccessView {
    /// Its place in the log.
    position: i64,
    /// When.
    at: Timestamp,
    /// Who; null for the server itself.
    #[schema(value_type = Option<String>)]
    actor: Option<String>,
    /// Their pseudonym.
    username: Option<String>,
    /// Their role at that moment.
    role: Option<Role>,
    /// What was seen or done: a code of the list `audit_actions`.
    action: String,
    /// How it ended: a code of the list `audit_outcomes`.
    outcome: String,
    /// The field groups that were opened or written.
    groups: Vec<FieldGroup>,
    /// Says that the entry cannot be read, because somebody has edited it past the server: role and groups are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    unreadable: Option<Unreadable>,
}

impl AccessView {
    fn new(Access { row, username }: Access) -> Self {
        let told = row.read().and_then(|_| row.stored.read::<Told>());
        let unreadable = told.as_ref().err().cloned();
        let Told { role, groups } = told.unwrap_or(Told { role: None, groups: Vec::new() });
        let LogRow { stored, at, actor, action, outcome, .. } = row;
        Self { position: stored.position, at, actor, username, role, action, outcome, groups, unreadable }
    }
}

/// `GET /v1/cases/{case}/access-log`
pub async fn list_case_access(
    permit: Permit<CaseAccessLog>,
    app: Data<App>,
    path: Path<CaseRef>,
    query: ListQuery<Unfiltered>,
) -> Result<Page<AccessView>> {
    let (reference, limit, start) = (path.0, query.page.limit(), query.page.start()?);
    app.db.sequence_now().await?;
    let event = Event::new(Action::CaseAccessLog).asked_for(reference);
    let seen = app.db.read(permit, event, move |tx, permit| {
        let case = store::find(tx, permit, &reference)?;
        // What is left of an erased person are months; to the minute, and by whom, is for auditors.
        if retention::store::is_erased(tx, case.id)? {
            return Err(Error::new(
                Code::CaseErased,
                "Its person was erased: only auditors see who opened it.",
            ));
        }
        let merged = merging::store::merged_into(tx, case.id)?;
        let cases: Vec<CaseId> = merged.into_iter().map(|(id, _)| id).chain([case.id]).collect();
        let limit = usize::try_from(limit + 1).unwrap_or(usize::MAX);
        audit::store::of_cases(tx, &cases, start, limit)
    });
    Page::of(seen.await?.value, &query.page, |access| access.row.stored.position, AccessView::new)
}
