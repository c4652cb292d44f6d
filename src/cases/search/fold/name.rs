//! From a written name to its readings: every way in which it may be a surname and a given name.

use zeroize::Zeroizing;

use super::surnames::{self, SurnameKey};
use super::text::{self, Word};
use super::{hangul, hanja, latin, mandarin};

/// The language that a given name was read in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// `given` is a coarse sound.
    Korean,
    /// `given` is pinyin without tones.
    Mandarin,
}

/// One way to read a name.
#[derive(Clone)]
pub(super) struct Reading {
    pub(super) surname: Option<SurnameKey>,
    /// Empty where only a surname is written.
    pub(super) given: Zeroizing<String>,
    pub(super) language: Language,
    /// The given name in Hangul, where it is certain: tells apart what sounds alike in Latin letters.
    pub(super) hangul: Zeroizing<String>,
}

/// A name as it is compared. Wiped when dropped, and cannot be printed.
#[derive(Clone)]
pub struct FoldedName {
    pub(super) readings: Vec<Reading>,
    /// The words without case, marks and order.
    pub(super) whole: Zeroizing<String>,
}

/// Longer ones, and those of more words, are compared as a whole alone.
const MOST_SYLLABLES: usize = 8;
const MOST_WORDS: usize = 6;
const MOST_LETTERS: usize = 40;

impl FoldedName {
    /// A name whose parts nobody told apart, in any script and order.
    #[must_use]
    pub fn of_whole(name: &str) -> Self {
        let text::Words { words, comma } = text::words(name);
        let mut readings = Vec::new();
        let syllables: Vec<&[char]> = words.iter().filter_map(syllables).collect();
        read_syllables(&syllables, &mut readings);
        let letters: Vec<&[String]> = words.iter().filter_map(letters).collect();
        read_letters(&letters, comma, &mut readings);
        Self { readings, whole: whole(&words) }
    }

    /// A name in its parts. They are not believed where only the other way round is a known surname.
    #[must_use]
    pub fn of_parts(family: Option<&str>, given: Option<&str>) -> Self {
        let (family, given) = (words_of(family), words_of(given));
        let mut readings = Vec::new();
        let swapped = !family.is_empty() && !is_surname(&family) && is_surname(&given);
        read_parts(&family, &given, &mut readings);
        if swapped {
            read_parts(&given, &family, &mut readings);
        }
        let words: Vec<Word> = family.into_iter().chain(given).collect();
        Self { readings, whole: whole(&words) }
    }

    /// The words without case, marks and order, to see whether a name has changed.
    pub(crate) fn whole(&self) -> &str {
        &self.whole
    }

    /// How much memory it takes beside itself.
    #[must_use]
    pub fn heap_size(&self) -> usize {
        let reading = |reading: &Reading| {
            reading.given.capacity()
                + reading.hangul.capacity()
                + reading.surname.as_ref().map_or(0, SurnameKey::heap_size)
        };
        self.whole.capacity()
            + self.readings.capacity() * size_of::<Reading>()
            + self.readings.iter().map(reading).sum::<usize>()
    }
}

fn words_of(part: Option<&str>) -> Vec<Word> {
    part.map(|part| text::words(part).words).unwrap_or_default()
}

fn syllables(word: &Word) -> Option<&[char]> {
    if let Word::Syllables(syllables) = word { Some(syllables) } else { None }
}

fn letters(word: &Word) -> Option<&[String]> {
    if let Word::Letters(parts) = word { Some(parts) } else { None }
}

fn joined(words: &[&[String]]) -> String {
    words.iter().flat_map(|parts| parts.iter()).map(String::as_str).collect()
}

fn whole(words: &[Word]) -> Zeroizing<String> {
    let mut texts: Vec<String> = words
        .iter()
        .map(|word| match word {
            Word::Syllables(syllables) => syllables.iter().collect(),
            Word::Letters(parts) => parts.concat(),
            Word::Other(text) => text.clone(),
        })
        .collect();
    texts.sort_unstable();
    Zeroizing::new(texts.join(" "))
}

fn is_surname(words: &[Word]) -> bool {
    match words {
        [Word::Syllables(syllables)] => surnames::is_written(syllables),
        [Word::Letters(parts)] => surnames::is_spelled(&parts.concat()),
        _ => false,
    }
}

fn read_parts(family: &[Word], given: &[Word], readings: &mut Vec<Reading>) {
    let surname = family.first().and_then(|first| match first {
        Word::Syllables(_) => {
            let all: Vec<char> = family.iter().filter_map(syllables).flatten().copied().collect();
            Some(SurnameKey::of_syllables(&all))
        }
        Word::Letters(_) => {
            Some(SurnameKey::of_letters(&joined(&family.iter().filter_map(letters).collect::<Vec<_>>())))
        }
        Word::Other(_) => None,
    });
    let in_syllables: Vec<char> = given.iter().filter_map(syllables).flatten().copied().collect();
    let in_letters: Vec<&[String]> = given.iter().filter_map(letters).collect();
    if !in_syllables.is_empty() {
        given_syllables(surname.as_ref(), &in_syllables, readings);
    }
    if !in_letters.is_empty() {
        given_letters(surname.as_ref(), &in_letters, readings);
    }
    if given.is_empty() {
        readings.extend(surname.map(surname_alone));
    }
}

fn surname_alone(surname: SurnameKey) -> Reading {
    Reading {
        surname: Some(surname),
        given: Zeroizing::default(),
        language: Language::Korean,
        hangul: Zeroizing::default(),
    }
}

/// Hangul and Hanja: the surname comes first, and is one syllable or a known one of two.
fn read_syllables(words: &[&[char]], readings: &mut Vec<Reading>) {
    let all: Vec<char> = words.iter().flat_map(|word| word.iter().copied()).collect();
    if all.is_empty() || all.len() > MOST_SYLLABLES {
        return;
    }
    if let [family, .., given] = words
        && !surnames::is_written(family)
        && surnames::is_written(given)
    {
        let rest: Vec<char> =
            words.iter().take(words.len() - 1).flat_map(|word| word.iter().copied()).collect();
        given_syllables(Some(&SurnameKey::of_syllables(given)), &rest, readings);
    }
    if let [family, rest @ ..] = words
        && !rest.is_empty()
        && family.len() <= 2
    {
        let rest: Vec<char> = rest.iter().flat_map(|word| word.iter().copied()).collect();
        given_syllables(Some(&SurnameKey::of_syllables(family)), &rest, readings);
        return;
    }
    for length in [1, 2] {
        let Some((family, given)) = all.split_at_checked(length) else { continue };
        if !surnames::is_written(family) {
            continue;
        }
        let surname = SurnameKey::of_syllables(family);
        if given.is_empty() {
            readings.push(surname_alone(surname));
        } else {
            given_syllables(Some(&surname), given, readings);
        }
    }
    if all.len() <= 2 || readings.is_empty() {
        given_syllables(None, &all, readings);
    }
}

fn given_syllables(surname: Option<&SurnameKey>, given: &[char], readings: &mut Vec<Reading>) {
    let in_hangul = given.iter().all(|character| hangul::is_syllable(*character));
    for spoken in hanja::in_korean(given) {
        readings.push(Reading {
            surname: surname.cloned(),
            given: hangul::sound(&spoken).into(),
            language: Language::Korean,
            hangul: if in_hangul { spoken.into() } else { Zeroizing::default() },
        });
    }
    for said in if in_hangul { Vec::new() } else { hanja::in_mandarin(given) } {
        readings.push(Reading {
            surname: surname.map(SurnameKey::in_mandarin),
            given: said.into(),
            language: Language::Mandarin,
            hangul: Zeroizing::default(),
        });
    }
}

/// Latin letters: the surname may stand at either end, or be joined to the rest.
fn read_letters(words: &[&[String]], comma: Option<usize>, readings: &mut Vec<Reading>) {
    if words.is_empty() || words.len() > MOST_WORDS || joined(words).len() > MOST_LETTERS {
        return;
    }
    if let Some((family, given)) = comma.and_then(|comma| words.split_at_checked(comma))
        && !family.is_empty()
        && !given.is_empty()
    {
        given_letters(Some(&SurnameKey::of_letters(&joined(family))), given, readings);
        return;
    }
    let [first, middle @ ..] = words else { return };
    let Some((last, before)) = middle.split_last().map(|(last, _)| (last, &words[..words.len() - 1])) else {
        return one_word(first, readings);
    };
    let (leads, ends) = (surnames::is_spelled(&first.concat()), surnames::is_spelled(&last.concat()));
    if leads || !ends {
        given_letters(Some(&SurnameKey::of_letters(&first.concat())), middle, readings);
    }
    if ends || !leads {
        given_letters(Some(&SurnameKey::of_letters(&last.concat())), before, readings);
    }
}

/// `Kim`, `Cholsu` or `Kimcholsu`.
fn one_word(word: &[String], readings: &mut Vec<Reading>) {
    let letters = word.concat();
    if surnames::is_spelled(&letters) {
        readings.push(surname_alone(SurnameKey::of_letters(&letters)));
    }
    given_letters(None, &[word], readings);
    for length in (2..=letters.len().saturating_sub(4)).rev() {
        if let Some((family, given)) = letters.split_at_checked(length)
            && surnames::is_spelled(family)
        {
            given_letters(Some(&SurnameKey::of_letters(family)), &[&[given.to_owned()]], readings);
        }
    }
}

fn given_letters(surname: Option<&SurnameKey>, given: &[&[String]], readings: &mut Vec<Reading>) {
    let parts: Vec<&str> = given.iter().flat_map(|parts| parts.iter()).map(String::as_str).collect();
    for sound in latin::sounds(&parts) {
        readings.push(Reading {
            surname: surname.cloned(),
            given: sound.into(),
            language: Language::Korean,
            hangul: Zeroizing::default(),
        });
    }
    let letters = parts.concat().replace('v', "u");
    if surname.is_some_and(SurnameKey::is_read_in_mandarin) && mandarin::is_pinyin(&letters) {
        readings.push(Reading {
            surname: surname.map(SurnameKey::in_mandarin),
            given: letters.into(),
            language: Language::Mandarin,
            hangul: Zeroizing::default(),
        });
    }
}
