//! Between a name in Korean and its reading in Mandarin, where the Hanja are not known: syllable by syllable, each
//! reading that some character allows. What comes of it are candidates of the weaker kind.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use super::{hangul, hanja};

/// The most readings of one given name.
const MOST: usize = 1024;
/// The most ways to divide one given name into syllables.
const MOST_DIVISIONS: usize = 8;

struct Table {
    /// By pinyin: syllables in Hangul.
    korean: HashMap<String, Vec<char>>,
    /// By a syllable in Hangul, and by the coarse sound of one, as it stands inside a name: pinyin.
    mandarin: HashMap<String, Vec<String>>,
    longest: usize,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { korean: HashMap::new(), mandarin: HashMap::new(), longest: 0 };
    let mut by_sound: HashMap<String, BTreeSet<String>> = HashMap::new();
    for (syllable, said) in hanja::pairs() {
        table.korean.entry(said.clone()).or_default().push(syllable);
        let sound = hangul::sound(syllable.encode_utf8(&mut [0; 4]));
        let after_a_consonant = sound.trim_start_matches('H').to_owned();
        for key in [syllable.to_string(), sound, after_a_consonant] {
            by_sound.entry(key).or_default().insert(said.clone());
        }
    }
    table.longest = table.korean.keys().chain(by_sound.keys()).map(String::len).max().unwrap_or_default();
    table.mandarin = by_sound.into_iter().map(|(sound, said)| (sound, said.into_iter().collect())).collect();
    table
});

/// Whether the letters are syllables of pinyin.
pub(super) fn is_pinyin(letters: &str) -> bool {
    !divisions(letters, &TABLE.korean).is_empty()
}

/// The coarse sounds in Korean of a given name in pinyin.
pub(super) fn in_korean(pinyin: &str) -> BTreeSet<String> {
    let spoken = divisions(pinyin, &TABLE.korean).into_iter().flat_map(product::<char>);
    spoken.take(MOST).map(|syllables| hangul::sound(&syllables)).collect()
}

/// The given names in pinyin that may be a name in Hangul or, where that is not known, a coarse sound in Korean.
pub(super) fn in_mandarin(hangul: &str, sound: &str) -> BTreeSet<String> {
    divisions(if hangul.is_empty() { sound } else { hangul }, &TABLE.mandarin)
        .into_iter()
        .flat_map(product::<String>)
        .take(MOST)
        .collect()
}

/// The ways to divide a text into one, two or three texts of the table.
fn divisions<'t, V>(text: &str, table: &'t HashMap<String, Vec<V>>) -> Vec<Vec<&'t [V]>> {
    fn divide<'t, V>(
        rest: &str,
        table: &'t HashMap<String, Vec<V>>,
        before: &mut Vec<&'t [V]>,
        found: &mut Vec<Vec<&'t [V]>>,
    ) {
        if rest.is_empty() && !before.is_empty() {
            found.push(before.clone());
        }
        if rest.is_empty() || before.len() == 3 || found.len() == MOST_DIVISIONS {
            return;
        }
        for length in (1..=rest.len().min(TABLE.longest)).rev() {
            if let Some((first, rest)) = rest.split_at_checked(length)
                && let Some(readings) = table.get(first)
            {
                before.push(readings);
                divide(rest, table, before, found);
                before.pop();
            }
        }
    }
    let mut found = Vec::new();
    divide(text, table, &mut Vec::new(), &mut found);
    found
}

fn product<V: ToString>(syllables: Vec<&[V]>) -> Vec<String> {
    let mut all = vec![String::new()];
    for readings in syllables {
        let longer = readings.iter().flat_map(|reading| {
            let reading = reading.to_string();
            all.iter().map(move |before| format!("{before}{reading}"))
        });
        all = longer.take(MOST).collect();
    }
    all
}
