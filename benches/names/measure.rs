//! Who is found: everybody is stored as somebody wrote them once, and looked for as somebody else does.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization as _;

use crate::chance::Chance;
use crate::people::Person;
use crate::subject::{FoldedName, SoughtName};
use crate::written::{System, mistyped, written};

/// What differs between the two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Hangul, spaced otherwise, in another Unicode form.
    HangulForm,
    /// Hangul and Hanja.
    HangulHanja,
    /// Hangul and a romanisation.
    HangulLatin,
    /// Hanja and a romanisation.
    HanjaLatin,
    /// Two romanisations.
    TwoRomanisations,
    /// One romanisation, the surname at the other end, joined otherwise.
    Order,
    /// Two romanisations, and one letter is wrong.
    Mistyped,
    /// Hangul, and one vowel is wrong.
    HangulMistyped,
    /// Hanja and their reading in Mandarin.
    HanjaPinyin,
    /// Hangul and the reading in Mandarin of Hanja that nobody wrote.
    HangulPinyin,
    /// A romanisation and the reading in Mandarin.
    LatinPinyin,
}

pub const KINDS: [Kind; 11] = [
    Kind::HangulForm,
    Kind::HangulHanja,
    Kind::HangulLatin,
    Kind::HanjaLatin,
    Kind::TwoRomanisations,
    Kind::Order,
    Kind::Mistyped,
    Kind::HangulMistyped,
    Kind::HanjaPinyin,
    Kind::HangulPinyin,
    Kind::LatinPinyin,
];

const LATIN: [System; 5] =
    [System::Revised, System::McCune, System::McCuneBare, System::Dprk, System::Everyday];

pub struct Pair {
    pub person: Person,
    pub kind: Kind,
    pub stored: String,
    pub sought: String,
}

pub fn pairs(seed: u64, count: usize) -> Vec<Pair> {
    let mut chance = Chance::new(seed);
    (0..count).map(|number| pair(KINDS[number % KINDS.len()], &mut chance)).collect()
}

fn pair(kind: Kind, chance: &mut Chance) -> Pair {
    let person = Person::made_up(chance);
    let first = *chance.of(&LATIN);
    let second = loop {
        let second = *chance.of(&LATIN);
        if second != first {
            break second;
        }
    };
    let (one, two) = match kind {
        Kind::HangulForm | Kind::HangulMistyped => (System::Hangul, System::Hangul),
        Kind::HangulHanja => (System::Hangul, System::Hanja),
        Kind::HangulLatin => (System::Hangul, first),
        Kind::HanjaLatin => (System::Hanja, first),
        Kind::TwoRomanisations | Kind::Mistyped => (first, second),
        Kind::Order => (first, first),
        Kind::HanjaPinyin => (System::Hanja, System::Pinyin),
        Kind::HangulPinyin => (System::Hangul, System::Pinyin),
        Kind::LatinPinyin => (first, System::Pinyin),
    };
    let stored = written(&person, one, false, chance);
    let last = kind == Kind::Order || chance.one_in(4);
    let mut sought = written(&person, two, last, chance);
    if matches!(kind, Kind::Mistyped | Kind::HangulMistyped) {
        sought = mistyped(&sought, chance);
    }
    if chance.one_in(2) {
        Pair { person, kind, stored, sought }
    } else {
        Pair { person, kind, stored: sought, sought: stored }
    }
}

/// Counts of one kind.
#[derive(Default)]
pub struct Tally {
    pub people: u32,
    pub found: u32,
    pub equal: u32,
    /// Of those who were ranked against everybody.
    pub ranked: u32,
    pub first_ten: u32,
    pub first_fifty: u32,
    pub others: u32,
    pub namesakes: u32,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.people += other.people;
        self.found += other.found;
        self.equal += other.equal;
        self.ranked += other.ranked;
        self.first_ten += other.first_ten;
        self.first_fifty += other.first_fifty;
        self.others += other.others;
        self.namesakes += other.namesakes;
    }
}

/// Looks for everybody, and ranks everybody of whom the number can be divided by `each`.
pub fn measure(pairs: &[Pair], each: usize) -> BTreeMap<Kind, Tally> {
    let stored: Vec<FoldedName> = pairs.iter().map(|pair| FoldedName::of_whole(&pair.stored)).collect();
    let mut tallies: BTreeMap<Kind, Tally> = BTreeMap::new();
    for (number, pair) in pairs.iter().enumerate() {
        let tally = tallies.entry(pair.kind).or_default();
        let sought = SoughtName::new(FoldedName::of_whole(&pair.sought));
        let own = sought.likeness(&stored[number]).map(|likeness| likeness.score);
        tally.people += 1;
        tally.found += u32::from(own.is_some());
        tally.equal += u32::from(plain(&pair.stored) == plain(&pair.sought));
        if number % each != 0 {
            continue;
        }
        let mut before = 0;
        let name = pair.person.hangul();
        for (other, stored) in pairs.iter().zip(&stored) {
            if std::ptr::eq(other, pair) {
                continue;
            }
            let Some(likeness) = sought.likeness(stored) else { continue };
            before += u32::from(own.is_none_or(|own| likeness.score > own));
            if other.person.hangul() == name { tally.namesakes += 1 } else { tally.others += 1 }
        }
        tally.ranked += 1;
        tally.first_ten += u32::from(own.is_some() && before < 10);
        tally.first_fifty += u32::from(own.is_some() && before < 50);
    }
    tallies
}

pub fn all(tallies: &BTreeMap<Kind, Tally>) -> Tally {
    let mut all = Tally::default();
    for tally in tallies.values() {
        all.add(tally);
    }
    all
}

/// What it is compared with: equality without case and Unicode form.
fn plain(name: &str) -> String {
    name.nfc().collect::<String>().to_lowercase()
}
