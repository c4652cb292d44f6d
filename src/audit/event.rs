//! What one request did, gathered while it runs and written once.
//!
//! An event holds random ids, codes and names of fields. No value of a field, no text that a person
//! wrote, no network address ever enters one.

use std::collections::BTreeMap;

use serde::Serialize;

use super::action::Action;
use super::detail;
use crate::access::actor::{CaseId, FieldGroup, UserId};

/// An event in the making; who, when and how it ended are added by `db`.
#[derive(Clone)]
pub struct Event {
    pub(super) action: Action,
    pub(super) actor: Option<UserId>,
    pub(super) subject: Option<String>,
    pub(super) case: Option<CaseId>,
    pub(super) case_asked_for: Option<String>,
    pub(super) cases: Vec<CaseId>,
    pub(super) groups: Vec<FieldGroup>,
    pub(super) fields: Vec<&'static str>,
    pub(super) sealed: Vec<SealedWrite>,
    pub(super) opens_sealed_text: bool,
    pub(super) details: BTreeMap<&'static str, String>,
}

/// Which ciphertext was stored where: lets an edit by plain SQL be found later.
#[derive(Clone, Serialize)]
pub(super) struct SealedWrite {
    column: &'static str,
    row: String,
    sha256: String,
    table: &'static str,
}

impl Event {
    /// An event of this kind.
    #[must_use]
    pub fn new(action: Action) -> Self {
        Self {
            action,
            actor: None,
            subject: None,
            case: None,
            case_asked_for: None,
            cases: Vec::new(),
            groups: Vec::new(),
            fields: Vec::new(),
            sealed: Vec::new(),
            opens_sealed_text: false,
            details: BTreeMap::new(),
        }
    }

    /// Who did it, where that is known only now: a login.
    #[must_use]
    pub fn by(mut self, user: UserId) -> Self {
        self.actor = Some(user);
        self
    }

    /// The id or code of the case in the request, as it was asked for: it stands on the log when the
    /// case is refused or not there.
    #[must_use]
    pub fn asked_for(mut self, case: impl std::fmt::Display) -> Self {
        self.case_asked_for = Some(case.to_string());
        self
    }

    /// The case it is about, where that is known from the start.
    #[must_use]
    pub fn about(mut self, case: CaseId) -> Self {
        self.case = Some(case);
        self
    }

    /// The row it is about, by its random id.
    #[must_use]
    pub fn subject(mut self, id: impl std::fmt::Display) -> Self {
        self.subject = Some(id.to_string());
        self
    }

    /// The field group that is opened or written.
    #[must_use]
    pub fn group(mut self, group: FieldGroup) -> Self {
        self.groups.push(group);
        self
    }

    /// Names of the fields that were written: of all that could be, those that were given.
    #[must_use]
    pub fn fields(mut self, members: impl IntoIterator<Item = (&'static str, bool)>) -> Self {
        self.fields.extend(members.into_iter().filter_map(|(name, given)| given.then_some(name)));
        self
    }

    /// A code or an id that belongs to the event; never a value a person typed.
    #[must_use]
    pub fn detail(mut self, name: &'static str, code: impl std::fmt::Display) -> Self {
        self.set_detail(name, code);
        self
    }

    /// What a list was narrowed by: those of the codes and ids that were given.
    #[must_use]
    pub fn narrowed_by(mut self, given: impl IntoIterator<Item = (&'static str, Option<String>)>) -> Self {
        for (name, code) in given {
            if let Some(code) = code {
                self.set_detail(name, code);
            }
        }
        self
    }

    /// Says that sealed texts outside the field groups (notes of the history) are opened.
    #[must_use]
    pub fn opening_texts(mut self) -> Self {
        self.opens_sealed_text = true;
        self.detail(detail::OPENED, detail::NOTES)
    }

    /// The case it turned out to be.
    pub fn set_case(&mut self, case: CaseId) {
        self.case = Some(case);
    }

    /// Who it turned out to be: a refresh token names its user only in the database.
    pub fn set_actor(&mut self, user: UserId) {
        self.actor = Some(user);
    }

    /// The row it turned out to be.
    pub fn set_subject(&mut self, id: impl std::fmt::Display) {
        self.subject = Some(id.to_string());
    }

    /// The field groups that it turned out to be about.
    pub fn set_groups(&mut self, groups: Vec<FieldGroup>) {
        self.groups = groups;
    }

    /// The cases that a list returned.
    pub fn set_cases(&mut self, cases: impl IntoIterator<Item = CaseId>) {
        self.cases = cases.into_iter().collect();
    }

    /// A code that is known only now. What was said once is not said otherwise.
    pub fn set_detail(&mut self, name: &'static str, code: impl std::fmt::Display) {
        let before = self.details.insert(name, code.to_string());
        debug_assert!(before.is_none(), "the detail {name} of {} is set twice", self.action);
    }

    /// Another action than planned: a write that turned out to be something else.
    pub fn set_action(&mut self, action: Action) {
        self.action = action;
    }

    /// Nothing is done: the answer of an earlier request of this kind is shown once more.
    pub(crate) fn repeats(&mut self) {
        self.set_detail("repeat", self.action);
        self.action = Action::AnswerRepeat;
    }

    /// Says which ciphertext was stored where.
    pub(crate) fn stored(
        &mut self,
        table: &'static str,
        column: &'static str,
        row: String,
        sha256: [u8; 32],
    ) {
        self.sealed.push(SealedWrite { column, row, sha256: super::entry::hex(&sha256), table });
    }

    /// The case, where it is known.
    #[must_use]
    pub fn case(&self) -> Option<CaseId> {
        self.case
    }

    /// The receipt that its commit earns.
    pub(crate) fn receipt(&self) -> super::Receipt {
        super::Receipt::for_committed(self.case, self.groups.clone(), self.opens_sealed_text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "the detail opened of case.history is set twice")]
    fn a_detail_is_set_once() {
        let _twice = Event::new(Action::CaseHistory).opening_texts().detail(detail::OPENED, "more");
    }
}
