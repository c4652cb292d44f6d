//! How well a person fits what is looked for: pure, and never a decision that two people are one.

use std::collections::BTreeSet;

use super::fold::{FoldedName, NameReason, SoughtName};
use super::index::Person;
use super::terms::{ContactTerms, DocumentNumber, IdentityTerms, PhoneNumber, Years};
use crate::db::types::text_enum;

text_enum! {
    /// Why somebody is a candidate.
    SearchReason, "search_reasons", "Waystation" {
        Name = "name": "A name is the same, whatever the case, marks and order",
        Surname = "surname": "The surname may be the same",
        GivenName = "given_name": "The given name sounds the same",
        ChineseReading = "chinese_reading": "One name may be the reading of the other in Chinese",
        EditDistance = "edit_distance": "The names differ by a letter or two",
        BirthYear = "birth_year": "The year of birth is the same",
        BirthYearNear = "birth_year_near": "The year of birth is near",
        Phone = "phone": "A telephone is the same",
        Document = "document": "The number of a document is the same",
    }
}

/// People tell their year of birth by two calendars, and papers by a third: so much may two cases of one differ.
const BIRTH_TOLERANCE: u32 = 2;

/// What is looked for. Wiped when dropped.
#[derive(Default)]
pub(crate) struct Sought {
    pub(crate) names: Vec<SoughtName>,
    pub(crate) birth: Option<Years>,
    /// By how many years the birth may miss.
    pub(crate) tolerance: u32,
    pub(crate) phones: Vec<PhoneNumber>,
    pub(crate) documents: Vec<DocumentNumber>,
}

/// How well somebody fits, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fit {
    /// From 1 to 100.
    pub(crate) score: u8,
    pub(crate) reasons: BTreeSet<SearchReason>,
    /// How alike the names are by themselves.
    pub(crate) name: Option<u8>,
    /// Whether the years of birth speak against it.
    pub(crate) contradicted: bool,
}

impl Sought {
    /// One name, as somebody wrote it.
    pub(crate) fn name(&mut self, name: &str) {
        self.names.push(SoughtName::new(FoldedName::of_whole(name)));
    }

    /// All that is known of a person.
    pub(crate) fn like(person: &Person) -> Self {
        let identity = person.identity();
        Self {
            names: identity.map_or_else(Vec::new, |identity| {
                identity.names.iter().cloned().map(SoughtName::new).collect()
            }),
            birth: identity.and_then(|identity| identity.birth),
            tolerance: BIRTH_TOLERANCE,
            phones: person.contact().map_or_else(Vec::new, |contact| contact.phones.to_vec()),
            documents: identity.map_or_else(Vec::new, |identity| identity.documents.to_vec()),
        }
    }

    /// How well the person fits, by those of their records that may be looked into. What is looked for and is not
    /// there speaks neither for nor against; another name does, and another year of birth.
    pub(crate) fn fit(
        &self,
        identity: Option<&IdentityTerms>,
        contact: Option<&ContactTerms>,
    ) -> Option<Fit> {
        let mut evidence = Evidence::default();
        if let Some(identity) = identity {
            self.by_name(identity, &mut evidence);
            if identity.documents.iter().any(|number| self.documents.contains(number)) {
                evidence.add(95, [SearchReason::Document]);
            }
        }
        if contact.is_some_and(|contact| self.has_phone(contact)) {
            evidence.add(90, [SearchReason::Phone]);
        }
        let only_birth = self.names.is_empty() && self.phones.is_empty() && self.documents.is_empty();
        if let Some(born) = identity.and_then(|identity| identity.birth)
            && (evidence.is_some() || only_birth)
        {
            self.by_birth(born, &mut evidence);
        }
        evidence.fit()
    }

    fn by_name(&self, identity: &IdentityTerms, evidence: &mut Evidence) {
        let likenesses = self
            .names
            .iter()
            .flat_map(|sought| identity.names.iter().filter_map(|name| sought.likeness(name)));
        if let Some(best) = likenesses.max_by_key(|likeness| likeness.score) {
            evidence.name = Some(best.score);
            evidence.add(best.score, best.reasons.into_iter().map(SearchReason::from));
        }
    }

    fn by_birth(&self, born: Years, evidence: &mut Evidence) {
        let Some(sought) = self.birth else { return };
        match sought.apart(born) {
            0 => evidence.add(40, [SearchReason::BirthYear]),
            apart if apart <= self.tolerance => evidence.add(20, [SearchReason::BirthYearNear]),
            _ => evidence.contradict(),
        }
    }

    fn has_phone(&self, contact: &ContactTerms) -> bool {
        contact.phones.iter().any(|phone| self.phones.iter().any(|sought| sought.is_like(phone)))
    }
}

impl From<NameReason> for SearchReason {
    fn from(reason: NameReason) -> Self {
        match reason {
            NameReason::Name => Self::Name,
            NameReason::Surname => Self::Surname,
            NameReason::GivenName => Self::GivenName,
            NameReason::ChineseReading => Self::ChineseReading,
            NameReason::EditDistance => Self::EditDistance,
        }
    }
}

/// What speaks for somebody, added up as if each part could be wrong by itself.
#[derive(Default)]
struct Evidence {
    doubt: Option<f64>,
    contradicted: bool,
    name: Option<u8>,
    reasons: BTreeSet<SearchReason>,
}

impl Evidence {
    fn add(&mut self, score: u8, reasons: impl IntoIterator<Item = SearchReason>) {
        let left = 1.0 - f64::from(score) / 100.0;
        self.doubt = Some(self.doubt.unwrap_or(1.0) * left);
        self.reasons.extend(reasons);
    }

    fn contradict(&mut self) {
        self.contradicted = true;
    }

    fn is_some(&self) -> bool {
        self.doubt.is_some()
    }

    fn fit(self) -> Option<Fit> {
        let sure = 1.0 - self.doubt?;
        let sure = if self.contradicted { sure * 0.6 } else { sure };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 100")]
        let score = (sure * 100.0).round().clamp(1.0, 100.0) as u8;
        Some(Fit { score, reasons: self.reasons, name: self.name, contradicted: self.contradicted })
    }
}
