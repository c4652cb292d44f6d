//! Which surnames a spelling may stand for.

use std::collections::HashMap;
use std::sync::LazyLock;

use zeroize::Zeroizing;

use super::surname_table::{SURNAMES, Surname};
use super::{hangul, hanja, latin, text};

/// A set of rows of the table.
type Rows = u128;

/// What a written surname may be.
#[derive(Clone)]
pub struct SurnameKey {
    /// The Korean surnames that are written like this.
    korean: Rows,
    /// The Korean surnames whose Hanja are read like this in Mandarin.
    mandarin: Rows,
    /// The coarse sound, for what is not in the table.
    sound: Zeroizing<String>,
}

/// How two written surnames go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// They may be the same.
    Same,
    /// One may be the other's reading in Mandarin.
    InMandarin,
    /// They are others.
    Other,
}

#[derive(Default)]
struct Spelled {
    korean: Rows,
    mandarin: Rows,
}

struct Table {
    spellings: HashMap<String, Spelled>,
    /// Rows by the sound of their Hangul.
    sounds: HashMap<String, Rows>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { spellings: HashMap::new(), sounds: HashMap::new() };
    for (number, surname) in SURNAMES.iter().enumerate() {
        let row = 1 << number;
        for spelling in spellings(surname) {
            table.spellings.entry(spelling).or_default().korean |= row;
        }
        for &spelling in surname.mandarin {
            table.spellings.entry(spelling.replace('v', "u")).or_default().mandarin |= row;
        }
        for written in [surname.hangul, surname.north] {
            *table.sounds.entry(hangul::sound(written)).or_default() |= row;
        }
    }
    table
});

fn spellings(surname: &Surname) -> impl Iterator<Item = String> {
    let latin = surname.systems.iter().chain(surname.everyday).map(|spelling| text::letters(spelling));
    let others =
        surname.hanja.iter().chain([&surname.hangul, &surname.north]).map(|&written| written.to_owned());
    latin.chain(others)
}

impl SurnameKey {
    /// Of a surname in Hangul or Hanja, or both.
    pub(super) fn of_syllables(written: &[char]) -> Self {
        let as_written: String = written.iter().collect();
        let readings = hanja::in_korean(written);
        let mut korean = korean(&as_written);
        if korean == 0 {
            korean = readings.iter().fold(0, |rows, reading| rows | self::korean(reading));
        }
        let sound = readings.first().map(|reading| hangul::sound(reading)).unwrap_or_default();
        Self { korean, mandarin: 0, sound: sound.into() }
    }

    /// Of a surname in lower-case Latin letters.
    pub(super) fn of_letters(letters: &str) -> Self {
        let sound = latin::sounds(&[letters]).into_iter().next().unwrap_or_default();
        let spelled =
            TABLE.spellings.get(letters).or_else(|| TABLE.spellings.get(&letters.replace('v', "u")));
        let (korean, mandarin) = match spelled {
            Some(spelled) => (spelled.korean, spelled.mandarin),
            None => (TABLE.sounds.get(&sound).copied().unwrap_or_default(), 0),
        };
        Self { korean, mandarin, sound: sound.into() }
    }

    /// The same surname as somebody writes it who reads the Hanja in Mandarin.
    pub(super) fn in_mandarin(&self) -> Self {
        Self { korean: 0, mandarin: self.mandarin | self.korean, sound: String::new().into() }
    }

    /// Whether it may be a reading in Mandarin.
    pub(super) fn is_read_in_mandarin(&self) -> bool {
        self.mandarin != 0
    }

    /// How much memory it takes beside itself.
    pub(super) fn heap_size(&self) -> usize {
        self.sound.capacity()
    }

    /// How they go together.
    pub(super) fn agrees(&self, other: &Self) -> Agreement {
        let alike = !self.sound.is_empty() && self.sound == other.sound;
        if self.korean & other.korean != 0 || (alike && (self.korean == 0 || other.korean == 0)) {
            Agreement::Same
        } else if (self.korean | self.mandarin) & (other.korean | other.mandarin) != 0 {
            Agreement::InMandarin
        } else {
            Agreement::Other
        }
    }

    /// Whether they differ by a letter; asked only of those that do not agree.
    pub(super) fn is_near(&self, other: &Self) -> bool {
        self.sound.len().max(other.sound.len()) >= 3 && strsim::osa_distance(&self.sound, &other.sound) <= 1
    }
}

fn korean(spelling: &str) -> Rows {
    TABLE.spellings.get(spelling).map_or(0, |spelled| spelled.korean)
}

/// Whether somebody writes a surname of the table like this, in lower-case letters.
pub(super) fn is_spelled(letters: &str) -> bool {
    TABLE.spellings.contains_key(letters)
}

/// Whether these syllables or Hanja are a surname of the table.
pub(super) fn is_written(written: &[char]) -> bool {
    let text: String = written.iter().collect();
    korean(&text) != 0
        || (written.len() == 1 && hanja::in_korean(written).iter().any(|reading| korean(reading) != 0))
}
