//! Latin letters into sounds, whichever romanisation they follow.
//!
//! The tables take what the Revised Romanization (2000), McCune-Reischauer (1939), the usage of the DPRK and everyday
//! spellings write for each jamo. Longer spellings stand before shorter ones.

use super::sound;

/// Readings of one spelling; only `ng` before a vowel has two.
const MOST: usize = 4;

#[rustfmt::skip]
const CONSONANTS: [(&str, &str); 45] = [
    ("tch", "C"), ("sch", "S"),
    ("ch", "C"), ("jj", "C"), ("jh", "C"), ("dj", "C"), ("tj", "C"), ("ts", "C"), ("tz", "C"), ("zh", "C"),
    ("zz", "C"), ("j", "C"), ("z", "C"),
    ("sh", "S"), ("ss", "S"), ("s", "S"), ("x", "S"),
    ("ck", "K"), ("kk", "K"), ("kh", "K"), ("gg", "K"), ("gh", "K"), ("cc", "K"), ("qu", "KW"),
    ("k", "K"), ("g", "K"), ("c", "K"), ("q", "K"),
    ("tt", "T"), ("th", "T"), ("dd", "T"), ("dh", "T"), ("t", "T"), ("d", "T"),
    ("pp", "P"), ("ph", "P"), ("bb", "P"), ("bh", "P"), ("p", "P"), ("b", "P"), ("f", "P"), ("v", "P"),
    ("n", "N"), ("m", "M"), ("l", "L"),
];

#[rustfmt::skip]
const VOWELS: [(&str, &str); 44] = [
    ("yeo", "YO"), ("yae", "E"), ("yoo", "YO"), ("you", "YO"), ("yo", "YO"), ("yu", "YO"), ("ye", "E"), ("ya", "YA"),
    ("yi", "I"),
    ("weo", "WO"), ("woo", "O"), ("wae", "E"), ("wee", "WI"), ("wa", "WA"), ("we", "E"), ("wi", "WI"), ("wo", "WO"),
    ("wu", "O"),
    ("eui", "I"), ("eo", "O"), ("eu", "O"), ("ee", "I"), ("ei", "E"), ("ey", "E"), ("ea", "E"),
    ("ae", "E"), ("ai", "E"), ("ay", "E"), ("au", "O"),
    ("oe", "E"), ("oi", "E"), ("oy", "E"), ("oo", "O"), ("ou", "O"), ("ow", "O"),
    ("ui", "I"), ("uy", "I"),
    ("a", "A"), ("e", "E"), ("i", "I"), ("o", "O"), ("u", "O"), ("y", "I"), ("w", ""),
];

fn is_vowel(letter: Option<u8>) -> bool {
    matches!(letter, Some(b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b'w'))
}

/// The coarse sounds that a name in lower-case letters may have; its parts are as hyphens and spaces divide it.
pub(super) fn sounds(parts: &[&str]) -> Vec<String> {
    let mut readings = vec![String::new()];
    for part in parts {
        read(part, &mut readings);
    }
    let mut settled: Vec<String> =
        readings.iter().map(|raw| sound::settle(raw)).filter(|s| !s.is_empty()).collect();
    settled.sort_unstable();
    settled.dedup();
    settled
}

fn read(part: &str, readings: &mut Vec<String>) {
    let part = without_silent_end(part);
    let mut rest = part;
    let mut after_vowel = false;
    while let Some(letter) = rest.bytes().next() {
        let next = |skipped: usize| rest.as_bytes().get(skipped).copied();
        let ends_in_ng = after_vowel && letter == b'n' && next(1) == Some(b'g');
        let (length, sound) = match letter {
            b'n' if ends_in_ng => (2, "G"),
            b'w' if next(1) == Some(b'h') => (2, "HW"),
            // A `h` or `r` that only lengthens the vowel: Ahn, Noh, Hur, Park.
            b'h' if !is_vowel(next(1)) => (1, ""),
            b'h' => (1, "H"),
            b'r' if after_vowel && !is_vowel(next(1)) && next(1) != Some(b'r') => (1, ""),
            b'r' => (if matches!(next(1), Some(b'r' | b'h')) { 2 } else { 1 }, "L"),
            _ => spelled(rest),
        };
        if ends_in_ng && is_vowel(next(2)) {
            branch(readings, sound, "NK");
        } else {
            append(readings, sound);
        }
        after_vowel = is_vowel(Some(letter)) || (after_vowel && sound.is_empty());
        rest = rest.get(length..).unwrap_or_default();
    }
}

/// June, Jane: the `e` is English. Rhie: the `e` is silent too.
fn without_silent_end(part: &str) -> &str {
    let silent = part.len() > 3 && ["une", "ane", "ine", "hie", "jie"].iter().any(|end| part.ends_with(end));
    if silent { part.strip_suffix('e').unwrap_or(part) } else { part }
}

fn spelled(rest: &str) -> (usize, &'static str) {
    let found = VOWELS.iter().chain(&CONSONANTS).find(|(spelling, _)| rest.starts_with(spelling));
    found.map_or((1, ""), |(spelling, sound)| (spelling.len(), *sound))
}

fn append(readings: &mut [String], sound: &str) {
    for reading in readings {
        reading.push_str(sound);
    }
}

fn branch(readings: &mut Vec<String>, one: &str, other: &str) {
    if readings.len() * 2 <= MOST {
        let mut others = readings.clone();
        append(&mut others, other);
        append(readings, one);
        readings.append(&mut others);
    } else {
        append(readings, one);
    }
}
