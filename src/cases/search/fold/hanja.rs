//! Readings of Hanja in Korean and in Mandarin, from the Unicode Character Database (`hanja.tsv`).

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

/// The most readings of a given name: most characters have one.
const MOST: usize = 8;

struct Readings {
    korean: &'static str,
    mandarin: Vec<&'static str>,
}

struct Table {
    /// Which of the readings are a character's.
    characters: HashMap<char, usize>,
    readings: Vec<Readings>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { characters: HashMap::new(), readings: Vec::new() };
    for line in include_str!("hanja.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        if let (Some(korean), Some(mandarin), Some(characters)) =
            (columns.next(), columns.next(), columns.next())
        {
            table.characters.extend(characters.chars().map(|character| (character, table.readings.len())));
            table.readings.push(Readings { korean, mandarin: mandarin.split(' ').collect() });
        }
    }
    table
});

fn readings(character: char) -> Option<&'static Readings> {
    TABLE.characters.get(&character).and_then(|&at| TABLE.readings.get(at))
}

/// Whether it is a Chinese character, known or not.
pub(super) fn is_han(character: char) -> bool {
    matches!(u32::from(character), 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// Every way to say the characters in Korean, in Hangul; what is Hangul stays. Nothing where one is unknown.
pub(super) fn in_korean(characters: &[char]) -> Vec<String> {
    product(characters, |character| match readings(character) {
        Some(readings) => readings.korean.chars().map(String::from).collect(),
        None if super::hangul::is_syllable(character) => vec![character.to_string()],
        None => Vec::new(),
    })
}

/// Every way to say the characters in Mandarin, in pinyin without tones.
pub(super) fn in_mandarin(characters: &[char]) -> Vec<String> {
    product(characters, |character| {
        readings(character)
            .map(|readings| readings.mandarin.iter().map(|&said| plain(said)).collect())
            .unwrap_or_default()
    })
}

fn product(characters: &[char], of: impl Fn(char) -> Vec<String>) -> Vec<String> {
    let mut all = vec![String::new()];
    for &character in characters {
        let readings = of(character);
        all = readings
            .iter()
            .flat_map(|reading| all.iter().map(move |before| format!("{before}{reading}")))
            .take(MOST)
            .collect();
    }
    all.retain(|reading| !reading.is_empty());
    all
}

/// `ü` is written without its marks, as passports do.
fn plain(pinyin: &str) -> String {
    pinyin.replace('v', "u")
}

/// Each pair of a reading in Korean, as a syllable, and one in Mandarin, that some character has.
pub(super) fn pairs() -> BTreeSet<(char, String)> {
    let of = |readings: &'static Readings| {
        let mandarin = &readings.mandarin;
        readings.korean.chars().flat_map(move |korean| mandarin.iter().map(move |said| (korean, plain(said))))
    };
    TABLE.readings.iter().flat_map(of).collect()
}
