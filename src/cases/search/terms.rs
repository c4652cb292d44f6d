//! What of a record can be looked for: names, years of birth, telephones, numbers of documents. Everything else of it
//! stays sealed.

use chrono::Datelike as _;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use super::fold::FoldedName;
use crate::cases::records::dates::PartialDate;
use crate::cases::records::identity::{Birth, PersonName};
use crate::cases::records::{Contact, Family, Health, Identity, Legal, Passage, Protection};

/// What can be looked for of one record. Wiped when dropped.
pub enum Terms {
    /// Of the identity record.
    Identity(IdentityTerms),
    /// Of the contact record.
    Contact(ContactTerms),
}

/// What can be looked for of an identity record.
#[derive(Default)]
pub struct IdentityTerms {
    pub(super) names: Box<[FoldedName]>,
    pub(super) birth: Option<Years>,
    pub(super) documents: Box<[DocumentNumber]>,
}

/// What can be looked for of a contact record.
#[derive(Default)]
pub struct ContactTerms {
    pub(super) phones: Box<[PhoneNumber]>,
}

/// A record of which something may be looked for.
pub trait Searched {
    /// What it is.
    fn terms(&self) -> Option<Terms>;
}

impl Searched for Identity {
    fn terms(&self) -> Option<Terms> {
        Some(Terms::Identity(IdentityTerms::of(self)))
    }
}

impl Searched for Contact {
    fn terms(&self) -> Option<Terms> {
        Some(Terms::Contact(ContactTerms::of(self)))
    }
}

macro_rules! not_searched {
    ($($record:ty)+) => {$(
        impl Searched for $record {
            fn terms(&self) -> Option<Terms> {
                None
            }
        }
    )+};
}

not_searched! { Family Protection Health Legal Passage }

impl IdentityTerms {
    /// What of an identity record can be looked for; the names in papers too, as people are known by them.
    pub(super) fn of(identity: &Identity) -> Self {
        let in_papers = identity.documents.iter().filter_map(|document| document.name_in_it.as_ref());
        let names = identity.names.iter().flat_map(folded);
        let numbers = identity.documents.iter().filter_map(|document| document.number.as_ref());
        Self {
            names: names.chain(in_papers.map(|name| FoldedName::of_whole(name.as_str()))).collect(),
            birth: identity.birth.as_ref().and_then(Years::of),
            documents: numbers.filter_map(|number| DocumentNumber::parse(number.as_str())).collect(),
        }
    }
}

impl ContactTerms {
    fn of(contact: &Contact) -> Self {
        let numbers = contact.phones.iter().filter_map(|phone| phone.number.as_ref());
        Self { phones: numbers.filter_map(|number| PhoneNumber::parse(number.as_str())).collect() }
    }
}

fn folded(name: &PersonName) -> impl Iterator<Item = FoldedName> {
    let part = |part: &Option<crate::cases::records::text::ShortText>| {
        part.as_ref().map(|text| text.as_str().to_owned())
    };
    let (family, given) = (part(&name.family).map(Zeroizing::new), part(&name.given).map(Zeroizing::new));
    let parts = (family.is_some() || given.is_some()).then(|| {
        FoldedName::of_parts(
            family.as_ref().map(|text| text.as_str()),
            given.as_ref().map(|text| text.as_str()),
        )
    });
    let full = name.full.as_ref().map(|full| FoldedName::of_whole(full.as_str()));
    parts.into_iter().chain(full)
}

/// The years in which somebody may have been born.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Years {
    first: i32,
    last: i32,
}

impl Years {
    fn of(birth: &Birth) -> Option<Self> {
        let year = |date: PartialDate| date.earliest().to_chrono().year();
        let first = birth.date.or(birth.earliest).or(birth.latest).map(year)?;
        let last = birth.date.or(birth.latest).or(birth.earliest).map(year)?;
        Some(Self { first, last })
    }

    /// One year.
    pub(super) fn one(year: i32) -> Self {
        Self { first: year, last: year }
    }

    /// By how many years they miss each other; none where they meet.
    pub(super) fn apart(self, other: Self) -> u32 {
        let gap = (other.first - self.last).max(self.first - other.last);
        u32::try_from(gap).unwrap_or(0)
    }
}

/// The digits of a telephone number. Wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(Zeroizing<String>);

/// Fewer digits are many people's.
const FEWEST_DIGITS: usize = 8;

impl PhoneNumber {
    /// Takes whatever was written around the digits away; nothing where too few are left.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits: String = text.nfkc().filter(char::is_ascii_digit).collect();
        let digits = Zeroizing::new(digits);
        let significant = digits.trim_start_matches('0').len();
        (significant >= FEWEST_DIGITS).then_some(Self(digits))
    }

    /// One with a country's code and one without are the same; so is the end of a number of which no more is known.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let (one, two) = (self.0.trim_start_matches('0'), other.0.trim_start_matches('0'));
        one.ends_with(two) || two.ends_with(one)
    }
}

/// The letters and digits of a document's number. Wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentNumber(Zeroizing<String>);

/// Fewer letters and digits are no number of a document.
const FEWEST_SIGNS: usize = 4;

impl DocumentNumber {
    /// Takes case, spaces and signs away; nothing where too little is left.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let signs: String =
            text.nfkc().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_uppercase).collect();
        let signs = Zeroizing::new(signs);
        (signs.chars().count() >= FEWEST_SIGNS).then_some(Self(signs))
    }
}

impl IdentityTerms {
    /// Whether the same is known of the person, in the same order.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        let names = self.names.iter().map(FoldedName::whole).eq(other.names.iter().map(FoldedName::whole));
        names && self.birth == other.birth && self.documents == other.documents
    }

    /// How much memory they take beside themselves.
    pub(super) fn heap_size(&self) -> usize {
        let names: usize = self.names.iter().map(|name| size_of_val(name) + name.heap_size()).sum();
        names + self.documents.iter().map(|number| size_of_val(number) + number.0.capacity()).sum::<usize>()
    }
}

impl ContactTerms {
    /// Whether the same is known of the person, in the same order.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        self.phones == other.phones
    }

    /// How much memory they take beside themselves.
    pub(super) fn heap_size(&self) -> usize {
        self.phones.iter().map(|phone| size_of_val(phone) + phone.0.capacity()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phones_alike(one: &str, two: &str) -> bool {
        PhoneNumber::parse(one).unwrap().is_like(&PhoneNumber::parse(two).unwrap())
    }

    #[test]
    fn a_telephone_is_the_same_with_and_without_the_code_of_its_country() {
        assert!(phones_alike("+82 10-1234-5678", "010 1234 5678"));
        assert!(phones_alike("0082 10 1234 5678", "+82 (0)10 12345678".replace("(0)", "").as_str()));
        assert!(phones_alike("+86 139 0000 1111", "13900001111"));
        assert!(phones_alike("12345678", "+82 10 1234 5678"));
        assert!(phones_alike("０１０ー１２３４ー５６７８", "+821012345678"));
        assert!(!phones_alike("+82 10 1234 5678", "+82 10 1234 5679"));
        assert!(!phones_alike("+86 139 0000 1111", "+86 138 0000 1111"));
    }

    #[test]
    fn a_few_digits_are_no_telephone_and_a_few_letters_no_document() {
        assert!(PhoneNumber::parse("0000 1234").is_none());
        assert!(PhoneNumber::parse("call after ten").is_none());
        assert!(DocumentNumber::parse("A-1").is_none());
    }

    #[test]
    fn a_document_is_its_letters_and_digits() {
        let same = |one, two| DocumentNumber::parse(one).unwrap() == DocumentNumber::parse(two).unwrap();
        assert!(same("22 02-1985.x", "22021985X"));
        assert!(same("ＡＢ１２３４", "ab1234"));
        assert!(!same("AB1234", "AB1235"));
    }

    #[test]
    fn years_miss_each_other_by_the_gap_between_them() {
        let estimated = Years { first: 1980, last: 1985 };
        assert_eq!(Years::one(1983).apart(estimated), 0);
        assert_eq!(Years::one(1986).apart(estimated), 1);
        assert_eq!(estimated.apart(Years::one(1977)), 3);
    }
}
