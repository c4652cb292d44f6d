//! Rows of the log as they are read.

use diesel::prelude::*;
use serde::Deserialize;

use super::action::{Action, Outcome, Touch};
use crate::access::{CaseId, FieldGroup, Role, UserId};
use crate::db::schema::audit_events;
use crate::db::types::Timestamp;
use crate::error::{Error, Result};

/// An entry as stored. Its position is there: only entries that have one are read.
#[derive(Queryable, Selectable, Clone)]
#[diesel(table_name = audit_events)]
pub(crate) struct StoredEntry {
    #[diesel(select_expression = audit_events::position.assume_not_null())]
    pub position: i64,
    pub body: Vec<u8>,
    pub leaf: Vec<u8>,
}

/// An entry with what is asked of it. Its action stays a text: the log holds those of every version of the program
/// that has written to it.
#[derive(Queryable, Selectable, Clone)]
#[diesel(table_name = audit_events)]
pub(crate) struct LogRow {
    #[diesel(embed)]
    pub stored: StoredEntry,
    #[diesel(column_name = recorded_at)]
    pub at: Timestamp,
    #[diesel(column_name = actor_id)]
    pub actor: Option<UserId>,
    pub action: String,
    pub outcome: Outcome,
    #[diesel(column_name = case_id)]
    pub case: Option<CaseId>,
    pub subject: Option<String>,
}

impl LogRow {
    /// What was shown or changed of a case; `None` of an action that this program does not know.
    pub(crate) fn touches(&self) -> Option<Touch> {
        touches(&self.action)
    }
}

/// The same of an action as it stands in the log.
pub(crate) fn touches(action: &str) -> Option<Touch> {
    action.parse().ok().map(Action::touches)
}

/// What stands in the bytes of an entry alone, of what is asked of many.
#[derive(Deserialize)]
pub(crate) struct Held {
    /// The field groups that were opened or written.
    #[serde(default)]
    pub groups: Vec<FieldGroup>,
    /// The cases that a list returned.
    #[serde(default)]
    pub cases: Vec<CaseId>,
}

impl Held {
    /// Of an entry.
    pub(crate) fn of(row: &LogRow) -> Result<Self> {
        serde_json::from_slice(&row.stored.body).map_err(Error::internal)
    }
}

/// One access to a case: the columns, and the bytes from which [`Access::told`] takes the rest.
#[derive(Queryable)]
pub(crate) struct Access {
    pub position: i64,
    pub at: Timestamp,
    pub actor: Option<UserId>,
    pub username: Option<String>,
    pub action: Action,
    pub outcome: Outcome,
    body: Vec<u8>,
}

/// What a caseworker may learn from the bytes of an entry: nothing but these two.
#[derive(Deserialize, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// The actor's role at that moment; it may be another one now.
    #[serde(default)]
    pub role: Option<Role>,
    /// The field groups that were opened or written.
    #[serde(default)]
    pub groups: Vec<FieldGroup>,
}

impl Access {
    /// What stands in the entry alone.
    pub(crate) fn told(&self) -> Result<Told> {
        serde_json::from_slice(&self.body).map_err(Error::internal)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A sealed record opened, with these bytes.
    pub(crate) fn row(actor: UserId, case: CaseId, body: &[u8]) -> LogRow {
        LogRow {
            stored: StoredEntry { position: 7, body: body.to_vec(), leaf: Vec::new() },
            at: Timestamp::from_micros(1_000_000),
            actor: Some(actor),
            action: Action::RecordRead.to_string(),
            outcome: Outcome::Done,
            case: Some(case),
            subject: None,
        }
    }

    #[test]
    fn an_entry_tells_its_role_and_groups_and_nothing_else() {
        let body = br#"{"action":"record.read","groups":["identity","legal"],"role":"caseworker","v":1}"#;
        let told: Told = serde_json::from_slice(body).unwrap();
        assert_eq!(told.role, Some(Role::Caseworker));
        assert_eq!(told.groups, [FieldGroup::Identity, FieldGroup::Legal]);
        let told: Told = serde_json::from_slice(br#"{"action":"case.read","v":1}"#).unwrap();
        assert_eq!(told, Told { role: None, groups: Vec::new() });
    }
}
