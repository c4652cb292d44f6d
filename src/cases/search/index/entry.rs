//! What the index holds of one person.

use std::sync::Arc;

use crate::cases::search::terms::{ContactTerms, IdentityTerms, Terms};

/// One person, by the newest version of each record.
#[derive(Default, Clone)]
pub(crate) struct Person {
    identity: Option<Kept<IdentityTerms>>,
    contact: Option<Kept<ContactTerms>>,
}

struct Kept<T> {
    version: i64,
    terms: Arc<T>,
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self { version: self.version, terms: Arc::clone(&self.terms) }
    }
}

impl Person {
    /// The same person with a version of a record, where that is newer than what is known.
    pub(super) fn with(&self, version: i64, terms: Terms) -> Option<Self> {
        match terms {
            Terms::Identity(terms) => {
                let identity = newer(self.identity.as_ref(), version, terms)?;
                Some(Self { identity: Some(identity), ..self.clone() })
            }
            Terms::Contact(terms) => {
                let contact = newer(self.contact.as_ref(), version, terms)?;
                Some(Self { contact: Some(contact), ..self.clone() })
            }
        }
    }

    /// Whether the same is known of the person.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        let (nothing, no_contact) = (IdentityTerms::default(), ContactTerms::default());
        let identity = self.identity().unwrap_or(&nothing).same_as(other.identity().unwrap_or(&nothing));
        identity && self.contact().unwrap_or(&no_contact).same_as(other.contact().unwrap_or(&no_contact))
    }

    /// What of the identity record can be looked for.
    pub(crate) fn identity(&self) -> Option<&IdentityTerms> {
        self.identity.as_ref().map(|kept| &*kept.terms)
    }

    /// What of the contact record can be looked for.
    pub(crate) fn contact(&self) -> Option<&ContactTerms> {
        self.contact.as_ref().map(|kept| &*kept.terms)
    }

    pub(super) fn identity_version(&self) -> Option<i64> {
        self.identity.as_ref().map(|kept| kept.version)
    }

    pub(super) fn contact_version(&self) -> Option<i64> {
        self.contact.as_ref().map(|kept| kept.version)
    }

    pub(super) fn heap_size(&self) -> usize {
        // Each behind a pointer of its own, with two counts before it.
        let counts = 2 * size_of::<usize>();
        size_of::<Self>()
            + counts
            + self.identity().map_or(0, |terms| counts + size_of_val(terms) + terms.heap_size())
            + self.contact().map_or(0, |terms| counts + size_of_val(terms) + terms.heap_size())
    }
}

fn newer<T>(known: Option<&Kept<T>>, version: i64, terms: T) -> Option<Kept<T>> {
    let is_newer = known.is_none_or(|known| known.version < version);
    is_newer.then(|| Kept { version, terms: Arc::new(terms) })
}
