//! What one request did, gathered while it runs and written once.
//!
//! An event holds random ids, codes and names of fields. No value of a field, no text that a person
//! wrote, no network address ever enters one.

use std::collections::BTreeMap;

use serde::Serialize;

use super::action::Action;
use super::detail;
use super::receipt::Batch;
use super::text::SealedText;
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
    pub(super) batch: Option<Batch>,
    pub(super) text: Option<SealedText>,
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
            batch: None,
            text: None,
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

    /// The cases that the server itself reads at once: named each, or by the first and the last of their ids.
    pub(crate) fn set_batch(&mut self, batch: Batch) {
        match &batch {
            Batch::These(cases) => self.cases.clone_from(cases),
            Batch::Between(first, last) => {
                self.set_detail("first_case", first);
                self.set_detail("last_case", last);
            }
        }
        self.batch = Some(batch);
    }

    /// What was looked for, sealed and kept beside the entry under the id of its subject. It is left out where the
    /// request is refused.
    #[must_use]
    pub(crate) fn with_text(mut self, text: SealedText) -> Self {
        self.subject = Some(text.id.to_string());
        self.text = Some(text);
        self
    }

    /// A code that is known only now.
    pub fn set_detail(&mut self, name: &'static str, code: impl std::fmt::Display) {
        let code = code.to_string();
        let before = self.details.get(name);
        debug_assert!(
            before.is_none_or(|before| *before == code),
            "the detail {name} of {} is set twice",
            self.action
        );
        self.details.insert(name, code);
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

    /// Takes over what another event of the same commit says was stored: of two cases' events, the one of whose
    /// case it was.
    #[must_use]
    pub(crate) fn storing_what(mut self, other: &mut Self) -> Self {
        self.sealed = std::mem::take(&mut other.sealed);
        self
    }

    /// What is kept sealed beside the entry.
    pub(crate) fn text(&self) -> Option<&SealedText> {
        self.text.as_ref()
    }

    /// The case, where it is known.
    #[must_use]
    pub fn case(&self) -> Option<CaseId> {
        self.case
    }

    /// Whether something sealed of a case may be opened by it.
    pub(crate) fn may_open(&self) -> bool {
        self.opens_sealed_text || !self.groups.is_empty()
    }

    /// The receipt that its commit earns.
    pub(crate) fn receipt(&self) -> super::Receipt {
        super::Receipt::for_committed(self.case, self.groups.clone(), self.opens_sealed_text)
            .over(self.batch.clone())
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
