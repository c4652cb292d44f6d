//! The index of the names: in memory alone, on each server for itself, made anew at every start.
//!
//! [`Index`] holds it; `build` opens what is sealed, against receipts; `follow` keeps it as the log says that records
//! are written, by this server or by another. Dropping it wipes the names.

mod build;
mod entry;
mod follow;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

pub use build::Built;
pub(crate) use entry::Person;

use super::terms::Terms;
use crate::access::CaseId;
use crate::error::{Code, Error, Result};

/// Everybody's names, years of birth, telephones and documents, by case.
#[derive(Default)]
pub struct Index {
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    people: HashMap<CaseId, Arc<Person>>,
    /// Up to which position of the log the writes are in it; nothing until it is complete.
    followed_to: Option<i64>,
    /// The same of erasures.
    erased_to: i64,
    /// Whose names were written and have not been compared with everybody's.
    uncompared: BTreeSet<CaseId>,
}

impl Index {
    /// Takes in a version of a record, unless a newer one is in it. Whether something that can be looked for is other
    /// than before.
    pub(crate) fn note(&self, case: CaseId, version: i64, terms: Terms) -> bool {
        let mut state = self.write();
        let person = state.people.entry(case).or_default();
        let Some(newer) = person.with(version, terms) else { return false };
        let changed = !newer.same_as(person);
        *person = Arc::new(newer);
        changed
    }

    /// Takes a person out: they were erased, or merged into another case.
    pub fn forget(&self, case: &CaseId) {
        let mut state = self.write();
        state.people.remove(case);
        state.uncompared.remove(case);
    }

    /// Remembers that a person is to be compared with everybody.
    pub(crate) fn to_compare(&self, case: CaseId) {
        self.write().uncompared.insert(case);
    }

    /// Who is to be compared.
    pub(crate) fn uncompared(&self) -> BTreeSet<CaseId> {
        self.read().uncompared.clone()
    }

    /// Somebody was compared.
    pub(crate) fn compared(&self, case: &CaseId) {
        self.write().uncompared.remove(case);
    }

    /// Whether everything that was written before it was asked for is in it.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.read().followed_to.is_some()
    }

    /// How many people are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.read().people.len()
    }

    /// Whether nobody is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes of memory the people in it take, without what the allocator adds.
    #[must_use]
    pub fn heap_size(&self) -> usize {
        self.read().people.values().map(|person| size_of::<CaseId>() + person.heap_size()).sum()
    }

    /// These people, as far as they are in it; refused while it is not complete, as "nobody" would be a wrong answer.
    pub(crate) fn people(
        &self,
        cases: impl IntoIterator<Item = CaseId>,
    ) -> Result<Vec<(CaseId, Arc<Person>)>> {
        let state = self.complete()?;
        let person = |case| state.people.get(&case).map(|person| (case, Arc::clone(person)));
        Ok(cases.into_iter().filter_map(person).collect())
    }

    /// Everybody.
    pub(crate) fn everybody(&self) -> Result<Vec<(CaseId, Arc<Person>)>> {
        let state = self.complete()?;
        Ok(state.people.iter().map(|(case, person)| (*case, Arc::clone(person))).collect())
    }

    fn complete(&self) -> Result<RwLockReadGuard<'_, State>> {
        let state = self.read();
        if state.followed_to.is_none() {
            return Err(Error::new(
                Code::SearchNotReady,
                "The names are being opened since the server started; ask again soon.",
            ));
        }
        Ok(state)
    }

    /// Nothing that holds the lock leaves the state half changed.
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}
