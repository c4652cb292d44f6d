//! Codes that are good once: recovery codes, for whoever has lost the device, and what an account is activated with. Random
//! and long, so that a plain hash of one cannot be guessed from.

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::access::UserId;
use crate::audit::entry::hex;
use crate::crypto::random;

const LEN: usize = 20;
const GROUP: usize = 5;
/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What a code is good for; for nothing else.
#[derive(Clone, Copy, Debug)]
pub(crate) enum GoodFor {
    /// In place of a code of the second factor.
    Recovery,
    /// To choose a password.
    Activation,
}

impl GoodFor {
    fn label(self) -> &'static str {
        match self {
            Self::Recovery => "waystation recovery code v1",
            Self::Activation => "waystation activation code v1",
        }
    }
}

/// Twenty characters of base 32: a hundred random bits. No `Debug`.
#[derive(Clone)]
pub(crate) struct OneTimeCode(Zeroizing<[u8; LEN]>);

impl OneTimeCode {
    pub(crate) fn generate() -> Self {
        let random: Zeroizing<[u8; LEN]> = Zeroizing::new(random::bytes());
        Self(Zeroizing::new(random.map(|byte| ALPHABET[usize::from(byte % 32)])))
    }

    /// Reads one as people write it: in either case, with or without hyphens, O for 0, I or L for 1.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut code = Zeroizing::new([0; LEN]);
        let mut read = 0;
        for character in text.bytes().filter(|byte| !matches!(byte, b'-' | b' ')) {
            let character = match character.to_ascii_uppercase() {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                other => other,
            };
            if read == LEN || !ALPHABET.contains(&character) {
                return None;
            }
            code[read] = character;
            read += 1;
        }
        (read == LEN).then_some(Self(code))
    }

    /// As it is shown, once.
    pub(crate) fn to_text(&self) -> String {
        let groups: Vec<&str> =
            self.0.chunks(GROUP).map(|group| std::str::from_utf8(group).unwrap_or_default()).collect();
        groups.join("-")
    }

    /// As it is stored.
    pub(crate) fn hash(&self, good_for: GoodFor, user: UserId) -> String {
        let hash = Sha256::new().chain_update(good_for.label()).chain_update(user.as_str());
        hex(&hash.chain_update(self.0.as_slice()).finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::GoodFor::{Activation, Recovery};
    use super::*;

    #[test]
    fn a_code_is_read_as_people_write_it_and_is_of_one_user() {
        let user = UserId::generate();
        let code = OneTimeCode::generate();
        let text = code.to_text();
        assert_eq!(text.len(), LEN + 3);
        for written in [text.clone(), text.to_lowercase(), text.replace('-', " "), text.replace('-', "")] {
            assert_eq!(
                OneTimeCode::parse(&written).unwrap().hash(Recovery, user),
                code.hash(Recovery, user),
                "{written}"
            );
        }
        let mistaken = OneTimeCode::parse("o0o0o-ilil1-00000-00000").unwrap().hash(Recovery, user);
        assert_eq!(mistaken, OneTimeCode::parse("00000111110000000000").unwrap().hash(Recovery, user));
        assert_ne!(code.hash(Recovery, user), code.hash(Recovery, UserId::generate()));
        assert_ne!(code.hash(Recovery, user), code.hash(Activation, user));
        for wrong in ["", "123456", &text[1..], &format!("{text}0"), &text.replace('-', "u"), "김은하수"]
        {
            assert!(OneTimeCode::parse(wrong).is_none(), "{wrong}");
        }
    }
}
