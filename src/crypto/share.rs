//! One person's share of the root key, as it stands on paper. How shares are made and put together is in
//! [`split`](super::split).
//!
//! As text it is Bech32m (BIP-350), whose letters leave out those that are mistaken for others: `wayshare1`, 66
//! characters of content and six of checksum, in groups of four. Up to four wrong characters are always noticed, and
//! where one or two are wrong, it is told in which groups; nothing is ever corrected by itself, because whoever holds
//! a share must see that the paper is as it was.

use std::str::FromStr;

use bech32::primitives::correction::CorrectableError as _;
use bech32::primitives::decode::{CheckedHrpstring, CheckedHrpstringError};
use bech32::{Bech32m, Hrp};
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use zeroize::{Zeroize as _, Zeroizing};

use super::secret::Secret;
use super::{associated_data, primitives, random};
use crate::db::types::text_column;

const FORMAT: u8 = 1;
const NAME: &str = "wayshare";
const SECRET_LEN: usize = 32;
const SPLIT_LEN: usize = 6;
const CONTENT_LEN: usize = 3 + SPLIT_LEN + SECRET_LEN;
/// Characters after `wayshare1`: eighteen groups of four.
const TEXT_LEN: usize = 72;
const GROUP: usize = 4;
const LETTERS: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// Four words of the list are 44 bits: told over the phone they let two people compare, and tell nothing of 256.
const CHECK_WORDS: usize = 4;

/// Which split a share is of: twelve hexadecimal digits, random. No secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct SplitId([u8; 2 * SPLIT_LEN]);

impl SplitId {
    pub(super) fn generate() -> Self {
        Self::of(random::bytes())
    }

    fn of(bytes: [u8; SPLIT_LEN]) -> Self {
        let mut digits = [0; 2 * SPLIT_LEN];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
            pair.copy_from_slice(&[
                b"0123456789abcdef"[usize::from(byte >> 4)],
                b"0123456789abcdef"[usize::from(byte & 15)],
            ]);
        }
        Self(digits)
    }

    fn bytes(self) -> [u8; SPLIT_LEN] {
        let digit = |byte: u8| if byte.is_ascii_digit() { byte - b'0' } else { byte - b'a' + 10 };
        let mut bytes = [0; SPLIT_LEN];
        for (byte, pair) in bytes.iter_mut().zip(self.0.chunks_exact(2)) {
            *byte = digit(pair[0]) << 4 | digit(pair[1]);
        }
        bytes
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for SplitId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits: Option<[u8; 2 * SPLIT_LEN]> = text.as_bytes().try_into().ok();
        digits
            .filter(|digits| digits.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
            .map(Self)
            .ok_or("the id of a split has twelve hexadecimal digits")
    }
}

text_column!(SplitId);

/// A share. Neither printed nor cloned by accident; wiped when dropped.
pub struct Share {
    split: SplitId,
    threshold: u8,
    index: u8,
    secret: Secret,
}

/// Why a text is no share. Holds nothing of the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShareFault {
    /// Something else altogether.
    #[error(
        "it does not begin with `wayshare1`; a share is what `waystation key split` printed, from its first letter on"
    )]
    NotAShare,
    /// Cut or longer.
    #[error(
        "after `wayshare1` it has {found} characters where 72 belong, in eighteen groups of four: a part is missing, \
         or stands there twice"
    )]
    WrongLength {
        /// How many there are.
        found: usize,
    },
    /// A letter or sign that no share has.
    #[error("group {group} holds a character that no share has (1, b, i, o, or a sign): look at it again")]
    NoSuchCharacter {
        /// Counted from 1, after `wayshare1`.
        group: usize,
    },
    /// One or two characters are wrong.
    #[error("a character is mistyped, most likely in {}: look there again", named(.groups))]
    Mistyped {
        /// Counted from 1, after `wayshare1`.
        groups: Vec<usize>,
    },
    /// More than can be told.
    #[error("several characters are mistyped: compare every group with the paper")]
    Garbled,
    /// `v2` or later.
    #[error("it is a share of a newer format than this program reads; use the newer waystation that made it")]
    NewerFormat,
}

fn named(groups: &[usize]) -> String {
    let names: Vec<String> = groups.iter().map(|group| format!("group {group}")).collect();
    names.join(" and ")
}

impl Share {
    /// Characters of its text after `wayshare1`, without spaces.
    pub const CHARACTERS: usize = TEXT_LEN;

    pub(super) fn new(split: SplitId, threshold: u8, index: u8, secret: Secret) -> Self {
        Self { split, threshold, index, secret }
    }

    /// Which split it is of.
    #[must_use]
    pub fn split(&self) -> SplitId {
        self.split
    }

    /// How many shares are needed.
    #[must_use]
    pub fn threshold(&self) -> u8 {
        self.threshold
    }

    /// Which of the shares it is, from 1.
    #[must_use]
    pub fn index(&self) -> u8 {
        self.index
    }

    pub(super) fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Knows the share again without knowing it: 256 random bits are not guessed from their hash.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        *self.hash("waystation share fingerprint v1")
    }

    /// Words by which two people make sure over the phone that they have the same share.
    #[must_use]
    pub fn check_words(&self) -> String {
        let hash = self.hash("waystation share check words v1");
        let bits = hash.iter().take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let list = bip39::Language::English.word_list();
        let word = |place: usize| {
            let index = (bits >> (64 - 11 * (place + 1))) & 0x7ff;
            usize::try_from(index).ok().and_then(|index| list.get(index)).copied().unwrap_or_default()
        };
        let words: Vec<&str> = (0..CHECK_WORDS).map(word).collect();
        words.join(" ")
    }

    fn hash(&self, purpose: &'static str) -> Zeroizing<[u8; 32]> {
        let about = [self.split.as_str().as_bytes(), &[self.threshold], &[self.index]];
        primitives::hkdf_sha256(&[], self.secret.bytes(), &[&associated_data::encode(purpose, &about)])
    }

    /// The text for paper: `wayshare1` and three lines of six groups.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut content = Zeroizing::new([0; CONTENT_LEN]);
        content[..3].copy_from_slice(&[FORMAT, self.threshold, self.index]);
        content[3..3 + SPLIT_LEN].copy_from_slice(&self.split.bytes());
        content[3 + SPLIT_LEN..].copy_from_slice(self.secret.bytes());
        let mut text = Zeroizing::new(String::with_capacity(2 * (NAME.len() + TEXT_LEN)));
        let characters = Hrp::parse(NAME).map(|name| bech32::encode_lower::<Bech32m>(name, &content[..]));
        let Ok(Ok(mut characters)) = characters else { return text };
        let (name, groups) = characters.split_at(NAME.len() + 1);
        text.push_str(name);
        for (place, character) in groups.chars().enumerate() {
            match place {
                _ if place % (6 * GROUP) == 0 => text.push('\n'),
                _ if place % GROUP == 0 => text.push(' '),
                _ => {}
            }
            text.push(character);
        }
        characters.zeroize();
        text
    }

    /// Reads a text that a person typed: spaces, hyphens, lines and capitals do not matter.
    pub fn parse(text: &str) -> Result<Self, ShareFault> {
        let typed = text.chars().filter(|character| !character.is_whitespace() && *character != '-');
        let mut joined = Zeroizing::new(String::with_capacity(text.len()));
        typed.for_each(|character| joined.push(character.to_ascii_lowercase()));
        let characters = joined.strip_prefix("wayshare1").ok_or(ShareFault::NotAShare)?;
        let found = characters.chars().count();
        if let Some(place) = characters.chars().position(|c| !c.is_ascii() || !LETTERS.contains(&(c as u8))) {
            return Err(ShareFault::NoSuchCharacter { group: place / GROUP + 1 });
        }
        if found != TEXT_LEN {
            return Err(ShareFault::WrongLength { found });
        }
        let content = CheckedHrpstring::new::<Bech32m>(&joined).map_err(|error| mistyped(&error))?;
        let mut bytes = Zeroizing::new([0; CONTENT_LEN]);
        bytes.iter_mut().zip(content.byte_iter()).for_each(|(byte, found)| *byte = found);
        Self::read(&bytes)
    }

    fn read(bytes: &[u8; CONTENT_LEN]) -> Result<Self, ShareFault> {
        let ([format, threshold, index], rest) = bytes.split_first_chunk::<3>().ok_or(ShareFault::Garbled)?;
        if *format != FORMAT {
            return Err(ShareFault::NewerFormat);
        }
        let (split, secret) = rest.split_first_chunk::<SPLIT_LEN>().ok_or(ShareFault::Garbled)?;
        let secret = Secret::from_slice(secret).ok_or(ShareFault::Garbled)?;
        // No split makes such a share, and its checksum is right: somebody made it up.
        if *index == 0 || *threshold < 2 {
            return Err(ShareFault::NotAShare);
        }
        Ok(Self::new(SplitId::of(*split), *threshold, *index, secret))
    }
}

/// In which groups the nearest text with a right checksum differs.
fn mistyped(error: &CheckedHrpstringError) -> ShareFault {
    let context = error.correction_context::<Bech32m>();
    let Some(errors) = context.as_ref().and_then(bech32::primitives::correction::Corrector::bch_errors)
    else {
        return ShareFault::Garbled;
    };
    // Places are counted from the end.
    let places = errors.map(|(from_end, _)| TEXT_LEN.checked_sub(from_end + 1));
    let Some(mut groups) =
        places.map(|place| place.map(|place| place / GROUP + 1)).collect::<Option<Vec<_>>>()
    else {
        return ShareFault::Garbled;
    };
    groups.sort_unstable();
    groups.dedup();
    if groups.is_empty() || groups.len() > 2 { ShareFault::Garbled } else { ShareFault::Mistyped { groups } }
}

#[cfg(test)]
mod tests;
