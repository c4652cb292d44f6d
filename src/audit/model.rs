//! Rows of the log as they are read. Whoever owns the database can make any of them anything: their columns stay texts
//! until somebody asks what they say, and a row that says nothing is told and hides no other.

use diesel::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::action::{Action, Outcome, Touch};
use super::unreadable::Unreadable;
use super::walk::Boxed;
use crate::access::{CaseId, FieldGroup, Role, UserId};
use crate::db::bytes_of;
use crate::db::conn::AnyConnection;
use crate::db::schema::audit_events;
use crate::db::types::Timestamp;
use crate::error::Result;

/// An entry as stored. Its position is there: only entries that have one are read.
#[derive(Queryable, Selectable, Clone)]
#[diesel(table_name = audit_events)]
pub(crate) struct StoredEntry {
    #[diesel(select_expression = audit_events::position.assume_not_null())]
    pub position: i64,
    pub body: Vec<u8>,
    pub leaf: Vec<u8>,
}

impl StoredEntry {
    /// What its bytes say, as far as it is asked for. Nothing else reads the bytes of an entry for an answer.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Unreadable> {
        serde_json::from_slice(&self.body).map_err(|_| Unreadable::at(self.position))
    }
}

/// An entry with what is asked of it, as it stands in the columns beside it.
#[derive(Clone)]
pub(crate) struct LogRow {
    pub stored: StoredEntry,
    pub at: Timestamp,
    pub actor: Option<String>,
    pub action: String,
    pub outcome: String,
    pub case: Option<String>,
    pub subject: Option<String>,
}

type Text = Option<Vec<u8>>;
type Columns = (StoredEntry, Timestamp, Text, Text, Text, Text, Text);

impl LogRow {
    /// Those of a query.
    pub(crate) fn load(conn: &mut AnyConnection, rows: Boxed<'_>) -> Result<Vec<Self>> {
        let columns = (
            StoredEntry::as_select(),
            audit_events::recorded_at,
            bytes_of(conn, "actor_id"),
            bytes_of(conn, "action"),
            bytes_of(conn, "outcome"),
            bytes_of(conn, "case_id"),
            bytes_of(conn, "subject"),
        );
        let rows: Vec<Columns> = rows.select(columns).load(conn)?;
        Ok(rows.into_iter().map(Self::new).collect())
    }

    fn new((stored, at, actor, action, outcome, case, subject): Columns) -> Self {
        let needed = |bytes| text(bytes).unwrap_or_default();
        Self {
            stored,
            at,
            actor: text(actor),
            action: needed(action),
            outcome: needed(outcome),
            case: text(case),
            subject: text(subject),
        }
    }

    /// What was shown or changed of a case; `None` of an action that this program does not know.
    pub(crate) fn touches(&self) -> Option<Touch> {
        touches(&self.action)
    }

    /// What it says, all of it.
    pub(crate) fn read(&self) -> Result<Known, Unreadable> {
        let unreadable = || Unreadable::at(self.stored.position);
        Ok(Known {
            actor: self.actor.as_deref().map(str::parse).transpose().map_err(|_| unreadable())?,
            case: self.case.as_deref().map(str::parse).transpose().map_err(|_| unreadable())?,
            outcome: self.outcome.parse().map_err(|_| unreadable())?,
            held: self.stored.read()?,
        })
    }
}

/// What is no UTF-8 was not written by this program, and is like no text that was.
pub(crate) fn text(bytes: Text) -> Option<String> {
    bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// What an action, as it stands in the log, shows or changes of a case. It stays a text: the log holds those of every
/// version of the program that has written to it.
pub(crate) fn touches(action: &str) -> Option<Touch> {
    action.parse().ok().map(Action::touches)
}

/// A row that says what a row of the log says.
pub(crate) struct Known {
    pub actor: Option<UserId>,
    pub case: Option<CaseId>,
    pub outcome: Outcome,
    pub held: Held,
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
    #[serde(default)]
    pub details: HeldDetails,
}

/// Of the details, those that are asked about.
#[derive(Deserialize, Default)]
pub(crate) struct HeldDetails {
    /// Which sealed texts outside the field groups were opened.
    pub opened: Option<String>,
    /// The status that a user was given.
    pub status: Option<String>,
}

/// One access to a case, and the pseudonym of who it was.
pub(crate) struct Access {
    pub row: LogRow,
    pub username: Option<String>,
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A sealed record opened, with these bytes.
    pub(crate) fn row(actor: UserId, case: CaseId, body: &[u8]) -> LogRow {
        LogRow {
            stored: StoredEntry { position: 7, body: body.to_vec(), leaf: Vec::new() },
            at: Timestamp::from_micros(1_000_000),
            actor: Some(actor.to_string()),
            action: Action::RecordRead.to_string(),
            outcome: Outcome::Done.to_string(),
            case: Some(case.to_string()),
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

    #[test]
    fn a_row_in_which_anything_is_not_what_it_should_be_is_unreadable() {
        let good = row(UserId::generate(), CaseId::generate(), br#"{"groups":["legal"]}"#);
        assert!(good.read().is_ok());
        assert!(LogRow { action: "something.newer".to_owned(), ..good.clone() }.read().is_ok());
        let some = |text: &str| Some(text.to_owned());
        for bad in [
            LogRow { actor: some("heron"), ..good.clone() },
            LogRow { case: some("\u{fffd}"), ..good.clone() },
            LogRow { outcome: "dono".to_owned(), ..good.clone() },
            LogRow {
                stored: StoredEntry { body: b"{\"groups\":7}".to_vec(), ..good.stored.clone() },
                ..good.clone()
            },
            LogRow { stored: StoredEntry { body: Vec::new(), ..good.stored.clone() }, ..good.clone() },
        ] {
            assert_eq!(bad.read().err(), Some(Unreadable::at(7)));
        }
    }
}
