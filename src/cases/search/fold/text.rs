//! From a text to words without case, marks and form: what every script needs before it is read.

use unicode_normalization::UnicodeNormalization as _;

use super::{hangul, hanja};

/// One word of a name, in one script.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// Hangul, Hanja or both: a character a syllable.
    Syllables(Vec<char>),
    /// Lower-case letters without marks, in the parts that hyphens divide.
    Letters(Vec<String>),
    /// Another script: folded, as a whole.
    Other(String),
}

/// A text of several names at once: `김철수 (Kim Chol-su)`.
#[derive(Default)]
pub(super) struct Words {
    pub(super) words: Vec<Word>,
    /// How many words stand before the first comma, which divides the surname from the rest.
    pub(super) comma: Option<usize>,
}

/// Compatibility forms become plain ones, single jamo syllables, and every letter its lower case without marks.
pub(super) fn folded(text: &str) -> String {
    let composed = hangul::compose(&text.nfkd().collect::<String>());
    let mut out = String::with_capacity(composed.len());
    for character in composed.nfc() {
        if hangul::is_syllable(character) || hanja::is_han(character) {
            out.push(character);
        } else {
            let bare =
                character.to_lowercase().flat_map(|lower| std::iter::once(lower).nfkd().collect::<Vec<_>>());
            out.extend(bare.filter(|part| !unicode_normalization::char::is_combining_mark(*part)).map(plain));
        }
    }
    out
}

/// Letters that are no letter with a mark to Unicode.
fn plain(character: char) -> char {
    match character {
        'ø' => 'o',
        'đ' => 'd',
        'ł' => 'l',
        'ı' => 'i',
        '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{2BC}' | '\u{2BB}' | '\u{2BD}' | '`' | '\u{B4}' => '\'',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        other => other,
    }
}

/// The lower-case letters of a spelling and nothing else.
pub(super) fn letters(text: &str) -> String {
    folded(text).chars().filter(char::is_ascii_lowercase).collect()
}

/// Divides a text into its words.
pub(super) fn words(text: &str) -> Words {
    let mut words = Words::default();
    let folded = folded(text);
    let mut word = String::new();
    for character in folded.chars() {
        let same_script = word.chars().last().is_none_or(|last| kind(last) == kind(character));
        if matches!(character, ',' | '，' | '、') {
            take(&mut word, &mut words.words);
            words.comma = words.comma.or(Some(words.words.len()).filter(|count| *count > 0));
        } else if is_part_of_a_name(character) {
            if !same_script {
                take(&mut word, &mut words.words);
            }
            word.push(character);
        } else {
            take(&mut word, &mut words.words);
        }
    }
    take(&mut word, &mut words.words);
    words
}

fn is_part_of_a_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '\'')
}

fn kind(character: char) -> u8 {
    match character {
        c if hangul::is_syllable(c) || hangul::is_jamo(c) || hanja::is_han(c) => 0,
        c if c.is_ascii() => 1,
        _ => 2,
    }
}

fn take(word: &mut String, words: &mut Vec<Word>) {
    let word = std::mem::take(word);
    match word.chars().next().map(kind) {
        None => {}
        Some(0) => words.push(Word::Syllables(word.chars().collect())),
        Some(1) => {
            let parts: Vec<String> = parts(&word).into_iter().filter(|part| !part.is_empty()).collect();
            if !parts.is_empty() {
                words.push(Word::Letters(parts));
            }
        }
        Some(_) => {
            words.push(Word::Other(word.chars().filter(|character| character.is_alphanumeric()).collect()));
        }
    }
}

/// Parts between hyphens. An apostrophe marks breath (ch'ŏl) and goes, but between `n` and `g` it divides.
fn parts(word: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = word.chars().peekable();
    let mut before = ' ';
    while let Some(character) = characters.next() {
        let divides =
            character == '-' || (character == '\'' && before == 'n' && characters.peek() == Some(&'g'));
        if divides {
            parts.push(String::new());
        } else if character.is_ascii_alphanumeric() {
            parts.last_mut().into_iter().for_each(|part| part.push(character));
        }
        before = character;
    }
    parts
}
