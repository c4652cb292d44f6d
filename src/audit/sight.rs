//! What somebody saw of a case, added up.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::action::{Outcome, Touch};
use super::detail;
use super::model::{Known, LogRow};
use crate::access::FieldGroup;
use crate::db::types::Timestamp;

/// In which manner an entry tells that somebody came near a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It, or something of it, was read.
    Opened,
    /// It stood in a list.
    Listed,
    /// It was changed.
    Written,
    /// Somebody was turned away, or failed.
    Denied,
}

impl Manner {
    /// Of an entry that is about the case itself. What this program does not know counts as opened.
    pub(crate) fn of(row: &LogRow, outcome: Outcome) -> Self {
        if outcome != Outcome::Done {
            return Self::Denied;
        }
        match row.touches() {
            Some(Touch::Writes) => Self::Written,
            Some(Touch::Opens | Touch::OpensSealed | Touch::Lists | Touch::Nothing) | None => Self::Opened,
        }
    }
}

/// What somebody saw and did of a case, in the entries that were looked at.
#[derive(Serialize, ToSchema, Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// The first time.
    first: Timestamp,
    /// The last time.
    last: Timestamp,
    /// How often it, or something of it, was read.
    opened: u64,
    /// How often it stood in a list that they were given.
    listed: u64,
    /// How often they changed it.
    written: u64,
    /// How often they were turned away from it, or failed.
    denied: u64,
    /// The field groups whose sealed records they opened.
    #[schema(value_type = Vec<FieldGroup>)]
    groups: BTreeSet<FieldGroup>,
    /// Whether they opened the sealed notes of its history.
    notes: bool,
}

impl Sight {
    /// Nothing yet, at this moment.
    pub(crate) fn at(moment: Timestamp) -> Self {
        Self {
            first: moment,
            last: moment,
            opened: 0,
            listed: 0,
            written: 0,
            denied: 0,
            groups: BTreeSet::new(),
            notes: false,
        }
    }

    /// Adds an entry, and what it says.
    pub(crate) fn add(&mut self, row: &LogRow, manner: Manner, known: &Known) {
        self.first = self.first.min(row.at);
        self.last = self.last.max(row.at);
        let count = match manner {
            Manner::Opened => &mut self.opened,
            Manner::Listed => &mut self.listed,
            Manner::Written => &mut self.written,
            Manner::Denied => &mut self.denied,
        };
        *count += 1;
        if manner == Manner::Opened {
            self.notes |= known.held.details.opened.as_deref() == Some(detail::NOTES);
            if row.touches() == Some(Touch::OpensSealed) {
                self.groups.extend(&known.held.groups);
            }
        }
    }

    /// The last time.
    pub(crate) fn last(&self) -> Timestamp {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{CaseId, UserId};
    use crate::audit::Action;
    use crate::audit::model::tests::row;

    #[test]
    fn the_manner_is_told_by_what_was_done_and_how_it_ended() {
        let row = row(UserId::generate(), CaseId::generate(), b"{}");
        let of =
            |action: &str, outcome| Manner::of(&LogRow { action: action.to_owned(), ..row.clone() }, outcome);
        assert_eq!(of("record.read", Outcome::Done), Manner::Opened);
        assert_eq!(of("record.write", Outcome::Done), Manner::Written);
        assert_eq!(of("team.put", Outcome::Done), Manner::Written);
        assert_eq!(of("answer.repeat", Outcome::Done), Manner::Opened);
        assert_eq!(of("record.write", Outcome::Failed), Manner::Denied);
        assert_eq!(of("record.read", Outcome::Refused), Manner::Denied);
        assert_eq!(of("something.newer", Outcome::Done), Manner::Opened);
    }

    #[test]
    fn only_what_was_opened_tells_its_groups_and_notes() {
        let mut sight = Sight::at(Timestamp::from_micros(1_000_000));
        let mut add = |action: Action, at, manner, body: &str| {
            let mut row = row(UserId::generate(), CaseId::generate(), body.as_bytes());
            (row.at, row.action) = (Timestamp::from_micros(at), action.to_string());
            sight.add(&row, manner, &row.read().unwrap());
            sight.notes
        };
        let notes = r#"{"details":{"opened":"notes"}}"#;
        assert!(!add(Action::RecordRead, 1_000_000, Manner::Denied, r#"{"groups":["legal"]}"#));
        assert!(!add(Action::RecordRead, 1_000_000, Manner::Opened, r#"{"groups":["health"]}"#));
        assert!(!add(Action::RecordVersions, 0, Manner::Opened, r#"{"groups":["family"]}"#));
        assert!(!add(Action::CaseHistory, 5, Manner::Denied, notes));
        assert!(add(Action::CaseHistory, 5, Manner::Opened, notes));
        assert_eq!((sight.opened, sight.denied, sight.listed, sight.written), (3, 2, 0, 0));
        assert_eq!(sight.groups, BTreeSet::from([FieldGroup::Health]));
        assert_eq!((sight.first.micros(), sight.last.micros()), (0, 1_000_000));
    }
}
