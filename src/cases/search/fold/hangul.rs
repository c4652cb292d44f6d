//! Hangul: jamo into syllables, syllables into sounds.

use super::sound;

const FIRST: u32 = 0xAC00;
const LAST: u32 = 0xD7A3;
const VOWELS: u32 = 21;
const FINALS: u32 = 28;
const LEAD: u32 = 0x1100;
const VOWEL: u32 = 0x1161;
const TAIL: u32 = 0x11A7;

/// Each initial, vowel and final in the alphabet of `sound`, in the order of Unicode.
#[rustfmt::skip]
const INITIAL_SOUNDS: [&str; 19] =
    ["K", "K", "N", "T", "T", "L", "M", "P", "P", "S", "S", "", "C", "C", "C", "K", "T", "P", "H"];
#[rustfmt::skip]
const VOWEL_SOUNDS: [&str; 21] = [
    "A", "E", "YA", "E", "O", "E", "YO", "E", "O", "WA", "E", "E", "YO", "O", "WO", "E", "WI", "YO", "O", "I", "I",
];
#[rustfmt::skip]
const FINAL_SOUNDS: [&str; 28] = [
    "", "K", "K", "K", "N", "N", "N", "T", "L", "K", "M", "L", "L", "L", "L", "L", "M", "P", "P", "T", "T", "G",
    "T", "T", "K", "T", "P", "T",
];

/// Whether it is a whole syllable.
pub(super) fn is_syllable(character: char) -> bool {
    (FIRST..=LAST).contains(&u32::from(character))
}

/// Whether it is a part of a syllable, as NFKD gives them.
pub(super) fn is_jamo(character: char) -> bool {
    (LEAD..=0x11FF).contains(&u32::from(character))
}

/// Puts single jamo together, as somebody types them without an input method: a consonant after a vowel ends the
/// syllable unless a vowel follows it. NFC does so only where the final was written as a final. The text is in NFKD.
pub(super) fn compose(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&character) = characters.get(at) {
        let vowel = characters.get(at + 1).and_then(|&next| index(next, VOWEL, VOWELS));
        match index(character, LEAD, 19).zip(vowel) {
            None => {
                out.push(character);
                at += 1;
            }
            Some((lead, vowel)) => {
                let begins_next =
                    characters.get(at + 3).is_some_and(|&next| index(next, VOWEL, VOWELS).is_some());
                let tail = characters.get(at + 2).and_then(|&tail| {
                    index(tail, TAIL, FINALS)
                        .filter(|tail| *tail > 0)
                        .or_else(|| index(tail, LEAD, 19).filter(|_| !begins_next).and_then(as_final))
                });
                let syllable = FIRST + (lead * VOWELS + vowel) * FINALS + tail.unwrap_or(0);
                out.extend(char::from_u32(syllable));
                at += if tail.is_some() { 3 } else { 2 };
            }
        }
    }
    out
}

fn index(character: char, first: u32, count: u32) -> Option<u32> {
    u32::from(character).checked_sub(first).filter(|index| *index < count)
}

/// The final that is written like an initial; ㄸ ㅃ ㅉ end no syllable.
fn as_final(lead: u32) -> Option<u32> {
    const FINAL_OF: [u32; 19] = [1, 2, 4, 7, 0, 8, 16, 17, 0, 19, 20, 21, 22, 0, 23, 24, 25, 26, 27];
    FINAL_OF.get(lead as usize).copied().filter(|tail| *tail > 0)
}

/// Initial, vowel and final of a syllable, by their place in Unicode.
fn parts(syllable: char) -> Option<[usize; 3]> {
    let index = u32::from(syllable).checked_sub(FIRST).filter(|_| is_syllable(syllable))?;
    Some([index / FINALS / VOWELS, index / FINALS % VOWELS, index % FINALS].map(|part| part as usize))
}

/// What each syllable sounds like, before neighbours are settled.
fn raw(syllables: &str) -> String {
    let mut out = String::with_capacity(syllables.len());
    for [lead, vowel, tail] in syllables.chars().filter_map(parts) {
        let parts = [INITIAL_SOUNDS.get(lead), VOWEL_SOUNDS.get(vowel), FINAL_SOUNDS.get(tail)];
        out.extend(parts.into_iter().flatten().copied());
    }
    out
}

/// The coarse sound of a name in syllables.
pub(super) fn sound(syllables: &str) -> String {
    sound::settle(&raw(syllables))
}
