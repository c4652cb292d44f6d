//! The coarse sound of a name: an alphabet in which the romanisations of one Korean name are one text.
//!
//! `K T P C S N G M L H` are the consonants without voice, breath and tension (`G` is the ㅇ at the end of a
//! syllable), `Y W` the glides, `A O E I` the vowels: ㅗ ㅓ ㅜ ㅡ are one `O`, because McCune-Reischauer without
//! its breves and everyday spellings mix them (Suh = Seo = Sŏ). What goes into a sound is in `hangul` and `latin`.

fn is_consonant(letter: char) -> bool {
    matches!(letter, 'K' | 'T' | 'P' | 'C' | 'S' | 'N' | 'G' | 'M' | 'L' | 'H')
}

/// Settles what neighbouring letters do to each other, alike for every script, so that it does not matter whether
/// somebody wrote the boundaries of syllables.
pub(super) fn settle(raw: &str) -> String {
    initial(&liquids(&collapse(raw)))
}

/// Without ㅎ after a consonant (Min-hee, Minee), glides that do not change an `E` or an `I`, and doubled letters.
fn collapse(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut letters = raw.chars().peekable();
    while let Some(letter) = letters.next() {
        let (before, after) = (out.chars().last(), letters.peek());
        let swallowed = match letter {
            'H' => before.is_some_and(is_consonant),
            'Y' => matches!(after, Some('E' | 'I')),
            'W' => matches!(after, Some('E')),
            other => before == Some(other),
        };
        if !swallowed {
            out.push(letter);
        }
    }
    out
}

/// ㄹ before `I` or `Y` comes and goes (리 = 이, 룡 = 용); after another consonant it is said as ㄴ (영란 = Yŏngnan).
fn liquids(sound: &str) -> String {
    let mut out = String::with_capacity(sound.len());
    let mut letters = sound.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('L', Some('I' | 'Y')) => {}
            ('L', Some('A' | 'O' | 'E' | 'W')) if out.chars().last().is_some_and(is_consonant) => {
                out.push('N');
            }
            _ => out.push(letter),
        }
    }
    collapse(&out)
}

/// At the beginning of a name ㄹ is ㄴ, and ㄴ before `I` or `Y` is nothing (로 = 노, 녀 = 여).
fn initial(sound: &str) -> String {
    let rest = sound.strip_prefix(['N', 'L']);
    match rest {
        Some(rest) if rest.starts_with(['Y', 'I']) => rest.to_owned(),
        Some(rest) if sound.starts_with('L') => format!("N{rest}"),
        _ => sound.to_owned(),
    }
}
