//! Reading the log. Every reading of it is itself an entry of it.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use crate::access::permissions::AuditRead;
use crate::access::{CaseId, FieldGroup, Permit, UserId};
use crate::app::App;
use crate::audit::entry::{EventId, SubjectId, hex};
use crate::audit::filter::LogFilter;
use crate::audit::model::StoredEntry;
use crate::audit::times::Stretch;
use crate::audit::unreadable::Unreadable;
use crate::audit::{Action, Event, Outcome, store};
use crate::db::types::Timestamp;
use crate::error::{Error, Result};
use crate::http::{Json, ListQuery, Page, Path};

/// An entry of the log.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "position": 4711, "leaf": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "entry": {
        "action": "case.read", "actor": "2b5w8z0v4n9qx2c7m1b6t8r4ye", "at": "2006-08-01T09:00:00.000000Z",
        "case": "3k5w8z0v4n9qx2c7m1b6t8r4ye", "id": "7k5w8z0v4n9qx2c7m1b6t8r4ye", "outcome": "done",
        "permission": "case.read", "request": "0k5w8z0v4n9qx2c7m1b6t8r4ye", "role": "caseworker",
        "session": "1s5w8z0v4n9qx2c7m1b6t8r4ye", "v": 1
    }
}))]
pub struct EventView {
    /// Its place in the log, from 0, without gaps.
    position: i64,
    /// The hash of its bytes as a leaf of RFC 6962, in hexadecimal.
    leaf: String,
    /// The entry, byte for byte as it was stored and hashed (RFC 8785); null where it cannot be read.
    #[schema(value_type = Option<Object>)]
    entry: Option<Box<RawValue>>,
    /// Says that the entry cannot be read, because somebody has edited it past the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    unreadable: Option<Unreadable>,
}

impl EventView {
    pub(super) fn new(row: StoredEntry) -> Self {
        let text = String::from_utf8(row.body).ok();
        let entry = text.and_then(|text| RawValue::from_string(text).ok());
        let unreadable = entry.is_none().then(|| Unreadable::at(row.position));
        Self { position: row.position, leaf: hex(&row.leaf), entry, unreadable }
    }
}

/// Narrowing of the log.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogQuery {
    /// Only what this user did.
    actor: Option<UserId>,
    /// Only what was done to this case, by its id.
    #[param(value_type = Option<String>, example = "3k5w8z0v4n9qx2c7m1b6t8r4ye")]
    case: Option<CaseId>,
    /// Only what is about this row, by its id: of a user also failed logins and refresh tokens that came again,
    /// which have no actor.
    #[param(value_type = Option<String>, example = "2b5w8z0v4n9qx2c7m1b6t8r4ye")]
    subject: Option<SubjectId>,
    /// Only this action: a code of the list `audit_actions`.
    #[param(value_type = Option<String>, example = "record.read")]
    action: Option<Action>,
    /// Only what ended so: `done`, `refused` or `failed`.
    #[param(value_type = Option<String>, example = "refused")]
    outcome: Option<Outcome>,
    /// Only what opened, wrote or granted this field group of a case.
    group: Option<FieldGroup>,
    /// Only at or after this moment.
    after: Option<Timestamp>,
    /// Only before this moment.
    before: Option<Timestamp>,
}

impl LogQuery {
    pub(super) fn filter(&self) -> LogFilter {
        let Self { actor, case, subject, action, outcome, group, after, before } = *self;
        LogFilter { actor, case, subject, action, outcome, group, times: Stretch { after, before } }
    }

    /// The reading, with what it was narrowed by.
    pub(super) fn event(&self, action: Action) -> Event {
        let Self { actor, case, subject, action: of, outcome, group, after, before } = self;
        Event::new(action).narrowed_by([
            ("action", of.map(|action| action.to_string())),
            ("actor", actor.map(|actor| actor.to_string())),
            ("after", after.map(|moment| moment.to_string())),
            ("before", before.map(|moment| moment.to_string())),
            ("case", case.map(|case| case.to_string())),
            ("group", group.map(|group| group.to_string())),
            ("outcome", outcome.map(|outcome| outcome.to_string())),
            ("subject", subject.map(|subject| subject.to_string())),
        ])
    }
}

/// `GET /v1/audit/events`
pub async fn list_audit_events(
    permit: Permit<AuditRead>,
    app: Data<App>,
    query: ListQuery<LogQuery>,
) -> Result<Page<EventView>> {
    let ListQuery { filter: narrowing, page } = query;
    let (filter, start) = (narrowing.filter(), page.start()?);
    let most = usize::try_from(page.limit()).map_err(Error::internal)?;
    let event = narrowing.event(Action::AuditList);
    let found =
        app.db.list_log(permit, event, move |tx, permit| store::list(tx, permit, &filter, start, most));
    let found = found.await?;
    let views = found.rows.into_iter().map(|row| EventView::new(row.stored)).collect();
    Page::until(views, &page, found.next)
}

/// `GET /v1/audit/events/{event}`
pub async fn get_audit_event(
    permit: Permit<AuditRead>,
    app: Data<App>,
    path: Path<EventId>,
) -> Result<Json<EventView>> {
    let id = path.0;
    let event = Event::new(Action::AuditRead).subject(id);
    let seen = app.db.read_log(permit, event, move |tx, permit| store::find(tx, permit, id));
    Ok(Json(EventView::new(seen.await?.value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_leaves_as_the_bytes_that_were_hashed() {
        let body = br#"{"action":"case.read","details":{"b":"\u000f","a":"1e2"},"v":1}"#.to_vec();
        let row = StoredEntry {
            position: 7,
            leaf: crate::audit::entry::leaf_hash(&body).to_vec(),
            body: body.clone(),
        };
        let sent = serde_json::to_string(&EventView::new(row)).unwrap();
        assert!(sent.contains(std::str::from_utf8(&body).unwrap()), "{sent}");
    }

    #[test]
    fn every_parameter_narrows_the_log_and_is_on_the_log() {
        let id = CaseId::generate();
        let given = [
            ("action", "record.read"),
            ("actor", id.as_str()),
            ("after", "2026-03-02T10:00:00.000000Z"),
            ("before", "2026-03-02T10:00:00.000000Z"),
            ("case", id.as_str()),
            ("group", "health"),
            ("outcome", "refused"),
            ("subject", id.as_str()),
        ];
        let mut known: Vec<String> =
            LogQuery::into_params(|| None).into_iter().map(|parameter| parameter.name).collect();
        known.sort();
        assert_eq!(known, given.map(|(name, _)| name));
        for (name, value) in given {
            let query: LogQuery = serde_json::from_value(serde_json::json!({ name: value })).unwrap();
            assert_ne!(query.filter(), LogFilter::default(), "{name}");
            let details = query.event(Action::AuditList).details;
            assert_eq!(details.into_iter().collect::<Vec<_>>(), [(name, value.to_owned())]);
        }
    }
}
