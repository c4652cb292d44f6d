//! How a person's name may be written: scripts, romanisations, forms, and what goes wrong in typing.

use unicode_normalization::UnicodeNormalization as _;

use crate::chance::Chance;
use crate::people::Person;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum System {
    Hangul,
    Hanja,
    /// Revised Romanization, 2000.
    Revised,
    /// McCune-Reischauer, 1939, with its breves and apostrophes.
    McCune,
    /// As it is typed: without them.
    McCuneBare,
    /// As in passports and papers of the DPRK.
    Dprk,
    /// As people spell themselves.
    Everyday,
    /// The Hanja read in Mandarin.
    Pinyin,
}

#[rustfmt::skip]
const INITIALS: [[&str; 3]; 19] = [
    // Revised, McCune-Reischauer at the beginning, DPRK
    ["g", "k", "k"], ["kk", "kk", "kk"], ["n", "n", "n"], ["d", "t", "t"], ["tt", "tt", "tt"], ["r", "r", "r"],
    ["m", "m", "m"], ["b", "p", "p"], ["pp", "pp", "pp"], ["s", "s", "s"], ["ss", "ss", "ss"], ["", "", ""],
    ["j", "ch", "j"], ["jj", "tch", "jj"], ["ch", "ch'", "ch"], ["k", "k'", "kh"], ["t", "t'", "th"],
    ["p", "p'", "ph"], ["h", "h", "h"],
];
#[rustfmt::skip]
const VOWELS: [[&str; 3]; 21] = [
    // Revised, McCune-Reischauer, everyday
    ["a", "a", "a"], ["ae", "ae", "ae"], ["ya", "ya", "ya"], ["yae", "yae", "yae"], ["eo", "ŏ", "u"], ["e", "e", "e"],
    ["yeo", "yŏ", "you"], ["ye", "ye", "ye"], ["o", "o", "o"], ["wa", "wa", "wa"], ["wae", "wae", "wae"],
    ["oe", "oe", "oi"], ["yo", "yo", "yo"], ["u", "u", "oo"], ["wo", "wŏ", "won"], ["we", "we", "we"],
    ["wi", "wi", "wee"], ["yu", "yu", "yoo"], ["eu", "ŭ", "u"], ["ui", "ŭi", "ee"], ["i", "i", "ee"],
];
#[rustfmt::skip]
const FINALS: [&str; 28] = [
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "l", "l", "m", "p", "p", "t", "t", "ng", "t",
    "t", "k", "t", "p", "t",
];

fn parts(syllable: char) -> [usize; 3] {
    let index = usize::try_from(u32::from(syllable) - 0xAC00).unwrap();
    [index / 588, index / 28 % 21, index % 28]
}

/// ㄹ at the beginning of a name is kept in the North alone.
fn southern(syllable: char) -> char {
    match syllable {
        '룡' => '용',
        '련' => '연',
        '림' => '임',
        '란' => '난',
        other => other,
    }
}

fn syllable(system: System, first: bool, written: char, chance: &mut Chance) -> String {
    let written = if first && system != System::Dprk { southern(written) } else { written };
    let [lead, vowel, tail] = parts(written);
    let (initials, vowels) = (INITIALS[lead], VOWELS[vowel]);
    match system {
        System::Revised => format!("{}{}{}", initials[0], vowels[0], FINALS[tail]),
        // Between voiced sounds k, t, p and ch are written as they are then said.
        System::McCune | System::McCuneBare if !first => {
            let lead = match initials[1] {
                "k" => "g",
                "t" => "d",
                "p" => "b",
                "ch" => "j",
                other => other,
            };
            format!("{lead}{}{}", vowels[1], FINALS[tail])
        }
        System::McCune | System::McCuneBare => format!("{}{}{}", initials[1], vowels[1], FINALS[tail]),
        System::Dprk => format!("{}{}{}", initials[2], bare(vowels[1]), FINALS[tail]),
        System::Everyday => everyday(lead, vowel, tail, chance),
        System::Hangul | System::Hanja | System::Pinyin => unreachable!("no romanisation of Korean"),
    }
}

fn everyday(lead: usize, vowel: usize, tail: usize, chance: &mut Chance) -> String {
    let initial = if chance.one_in(2) { INITIALS[lead][0] } else { bare_apostrophe(INITIALS[lead][1]) };
    let initial = if initial == "s" && vowel == 20 { "sh" } else { initial };
    let vowels: &[&str] = match vowel {
        4 => &["eo", "u", "uh", "o"],
        6 => &["yeo", "you", "yu", "yo"],
        13 => &["u", "oo", "woo"],
        17 => &["yu", "yoo"],
        18 => &["eu", "u"],
        19 => &["ui", "ee", "hi", "i"],
        20 => &["i", "ee"],
        14 => &["wo", "weo"],
        1 => &["ae", "ai"],
        _ => &[VOWELS[vowel][0]],
    };
    let mut vowel = *chance.of(vowels);
    // `woo` is written where nothing stands before it, `uh` and `hi` where nothing stands beside it.
    if (vowel == "woo" && !initial.is_empty()) || (vowel == "uh" && tail > 0) || vowel == "hi" {
        vowel = vowels[0];
    }
    let tail = if FINALS[tail] == "k" && chance.one_in(4) { "ck" } else { FINALS[tail] };
    format!("{initial}{vowel}{tail}")
}

fn bare(text: &str) -> String {
    text.nfd().filter(|character| !matches!(character, '\u{306}' | '\'')).collect()
}

fn bare_apostrophe(text: &'static str) -> &'static str {
    text.strip_suffix('\'').unwrap_or(text)
}

/// The name in a system, in one of the forms that it takes there.
pub fn written(person: &Person, system: System, surname_last: bool, chance: &mut Chance) -> String {
    let given = &person.given;
    let surname = person.surname;
    match system {
        System::Hangul => {
            let name: String = given.iter().map(|(hangul, ..)| *hangul).collect();
            let name: String = name
                .chars()
                .enumerate()
                .map(|(at, syllable)| if at == 0 { southern(syllable) } else { syllable })
                .collect();
            let space = if chance.one_in(4) { " " } else { "" };
            let text = format!("{}{space}{name}", surname.hangul);
            if chance.one_in(4) { text.nfd().collect() } else { text }
        }
        System::Hanja => {
            format!("{}{}", surname.hanja[0], given.iter().map(|(_, hanja, _)| hanja).collect::<String>())
        }
        System::Pinyin => {
            let name: String = given.iter().map(|(.., pinyin)| *pinyin).collect();
            arranged(surname.mandarin[0], &name, surname_last, chance)
        }
        _ => {
            let syllables: Vec<String> = given
                .iter()
                .enumerate()
                .map(|(at, (hangul, ..))| syllable(system, at == 0, *hangul, chance))
                .collect();
            let between = match system {
                System::Dprk => " ",
                System::McCune => "-",
                _ => *chance.of(&["", "-", " "]),
            };
            let name = syllables.join(between);
            let name = if system == System::McCuneBare { bare(&name) } else { name };
            let family = match system {
                System::Revised => surname.systems[0].to_owned(),
                System::McCune => surname.systems[1].to_owned(),
                System::McCuneBare => bare(surname.systems[1]),
                System::Dprk => surname.systems[2].to_owned(),
                _ => {
                    let spellings: Vec<&str> =
                        surname.systems.iter().chain(surname.everyday).copied().collect();
                    bare(chance.of::<&str>(&spellings))
                }
            };
            arranged(&family, &name, surname_last, chance)
        }
    }
}

fn arranged(family: &str, given: &str, surname_last: bool, chance: &mut Chance) -> String {
    let family = if chance.one_in(3) { family.to_uppercase() } else { family.to_owned() };
    let given = if chance.one_in(3) { given.to_lowercase() } else { given.to_owned() };
    match surname_last {
        true => format!("{given} {family}"),
        false if chance.one_in(8) => format!("{family}, {given}"),
        false => format!("{family} {given}"),
    }
}

/// One letter left out, doubled, or exchanged with its neighbour, somewhere inside; in Hangul another vowel.
pub fn mistyped(name: &str, chance: &mut Chance) -> String {
    let mut characters: Vec<char> = name.nfc().collect();
    if characters.iter().any(|character| ('가'..='힣').contains(character)) {
        let places: Vec<usize> = (1..characters.len()).filter(|&at| characters[at] != ' ').collect();
        let at = *chance.of(&places);
        let [lead, vowel, tail] = parts(characters[at]);
        let index = (lead * 21 + (vowel + 4) % 21) * 28 + tail;
        characters[at] = char::from_u32(0xAC00 + u32::try_from(index).unwrap()).unwrap();
        return characters.into_iter().collect();
    }
    let places: Vec<usize> =
        (1..characters.len().saturating_sub(1)).filter(|&at| characters[at].is_alphabetic()).collect();
    let at = *chance.of(&places);
    match chance.below(3) {
        0 => drop(characters.remove(at)),
        1 => characters.insert(at, characters[at]),
        _ => characters.swap(at, at + 1),
    }
    characters.into_iter().collect()
}
