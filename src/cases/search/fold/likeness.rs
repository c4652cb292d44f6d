//! How like two names are: a score and its reasons. Nothing here decides that two people are one.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;

use super::mandarin;
use super::name::{FoldedName, Language, Reading};
use super::surnames::{Agreement, SurnameKey};

/// What speaks for two names being one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameReason {
    /// The words are the same.
    Name,
    /// The surname may be the same.
    Surname,
    /// The given name sounds the same.
    GivenName,
    /// One may be the reading of the other's Hanja in Mandarin.
    ChineseReading,
    /// They differ by a letter or two.
    EditDistance,
}

/// A likeness that is worth a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameLikeness {
    /// From 1 to 100.
    pub score: u8,
    /// Why.
    pub reasons: BTreeSet<NameReason>,
}

impl NameLikeness {
    fn of(score: u8, reasons: impl IntoIterator<Item = NameReason>) -> Self {
        Self { score, reasons: reasons.into_iter().collect() }
    }
}

/// Below this, names are not alike.
const LEAST: u32 = 50;

/// A name that is looked for, with what it may be in the other language.
pub struct SoughtName {
    name: FoldedName,
    others: Vec<OtherLanguage>,
}

struct OtherLanguage {
    surname: Option<SurnameKey>,
    language: Language,
    givens: BTreeSet<String>,
}

impl SoughtName {
    /// Prepares a name to be compared with many.
    #[must_use]
    pub fn new(name: FoldedName) -> Self {
        let others = name.readings.iter().filter_map(OtherLanguage::of).collect();
        Self { name, others }
    }

    /// How like the other name is; nothing where it is not.
    #[must_use]
    pub fn likeness(&self, other: &FoldedName) -> Option<NameLikeness> {
        use NameReason as Why;
        if !self.name.whole.is_empty() && self.name.whole == other.whole {
            return Some(NameLikeness::of(100, [Why::Name]));
        }
        let readings =
            self.name.readings.iter().flat_map(|one| other.readings.iter().filter_map(|two| like(one, two)));
        let in_other =
            || self.others.iter().flat_map(|one| other.readings.iter().filter_map(|two| one.like(two)));
        let best = readings.max_by_key(|likeness| likeness.score);
        best.or_else(|| in_other().max_by_key(|likeness| likeness.score))
            .or_else(|| self.whole_likeness(other))
    }

    /// Scripts that nobody reads here are compared letter by letter.
    fn whole_likeness(&self, other: &FoldedName) -> Option<NameLikeness> {
        let (one, two) = (&self.name.whole, &other.whole);
        let unread = self.name.readings.is_empty() && other.readings.is_empty();
        let near = unread && one.chars().count() >= 5 && strsim::osa_distance(one, two) <= 1;
        near.then(|| NameLikeness::of(70, [NameReason::EditDistance]))
    }
}

impl OtherLanguage {
    fn of(reading: &Reading) -> Option<Self> {
        let (language, givens) = match reading.language {
            Language::Korean => (Language::Mandarin, mandarin::in_mandarin(&reading.hangul, &reading.given)),
            Language::Mandarin => (Language::Korean, mandarin::in_korean(&reading.given)),
        };
        let surname = reading.surname.clone();
        (!givens.is_empty() && surname.is_some()).then_some(Self { surname, language, givens })
    }

    fn like(&self, other: &Reading) -> Option<NameLikeness> {
        let surnames = (other.language == self.language)
            .then(|| surnames(self.surname.as_ref(), other.surname.as_ref()));
        let one_surname = matches!(surnames, Some(Some(Agreement::Same | Agreement::InMandarin)));
        let alike = one_surname && self.givens.contains(other.given.as_str());
        let reasons = [NameReason::Surname, NameReason::GivenName, NameReason::ChineseReading];
        alike.then(|| NameLikeness::of(60, reasons))
    }
}

/// Nothing where one of them has no surname.
fn surnames(one: Option<&SurnameKey>, two: Option<&SurnameKey>) -> Option<Agreement> {
    one.zip(two).map(|(one, two)| one.agrees(two))
}

fn like(one: &Reading, two: &Reading) -> Option<NameLikeness> {
    use NameReason as Why;
    if one.language != two.language {
        return None;
    }
    let same_given = one.given == two.given;
    let agreement = surnames(one.surname.as_ref(), two.surname.as_ref());
    let (surname, reasons): (u32, &[Why]) = match agreement {
        Some(Agreement::Same) if one.given.is_empty() => return Some(NameLikeness::of(40, [Why::Surname])),
        _ if one.given.is_empty() || two.given.is_empty() => return None,
        Some(Agreement::Same) => (95, &[Why::Surname]),
        Some(Agreement::InMandarin) => (85, &[Why::Surname, Why::ChineseReading]),
        Some(Agreement::Other) if same_given && near(one, two) => (70, &[Why::Surname, Why::EditDistance]),
        Some(Agreement::Other) => return None,
        None => (60, &[]),
    };
    let (given, exact) =
        if same_given { (in_hangul(one, two).unwrap_or(100), true) } else { (near_given(one, two)?, false) };
    let score = surname * given / 100;
    let reasons =
        reasons.iter().copied().chain([Why::GivenName]).chain((!exact).then_some(Why::EditDistance));
    (score >= LEAST).then(|| NameLikeness::of(u8::try_from(score).unwrap_or(100), reasons))
}

fn near(one: &Reading, two: &Reading) -> bool {
    one.surname.as_ref().zip(two.surname.as_ref()).is_some_and(|(one, two)| one.is_near(two))
}

/// Of 100, for given names that do not sound alike.
fn near_given(one: &Reading, two: &Reading) -> Option<u32> {
    if let Some(alike) = in_hangul(one, two) {
        return (alike > 75).then_some(alike - 10);
    }
    let (a, b) = (one.given.as_str(), two.given.as_str());
    let longer = a.len().max(b.len());
    if a.len().abs_diff(b.len()) > 2 || longer < 4 {
        return None;
    }
    match strsim::osa_distance(a, b) {
        1 => Some(if longer < 6 { 62 } else { 75 }),
        2 if longer >= 7 => Some(55),
        _ => None,
    }
}

/// Of 100: where both are in Hangul, jamo tell more than the sound does. Names of one syllable have too few.
fn in_hangul(one: &Reading, two: &Reading) -> Option<u32> {
    if one.hangul.is_empty() || two.hangul.is_empty() {
        return None;
    }
    if one.hangul == two.hangul {
        return Some(100);
    }
    let (one, two): (Vec<char>, Vec<char>) = (one.hangul.nfd().collect(), two.hangul.nfd().collect());
    let near = one.len().max(two.len()) >= 4
        && strsim::osa_distance(&String::from_iter(&one), &String::from_iter(&two)) == 1;
    Some(if near { 90 } else { 75 })
}
