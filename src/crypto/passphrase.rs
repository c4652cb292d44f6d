//! The root key under a passphrase: one line in a private file, so that the passphrase can be changed without touching
//! the database.
//!
//! `waystation-root-key-passphrase-v1:m=262144,t=4,p=1:SALT:ENVELOPE:CHECK`. Argon2id makes a key of passphrase and
//! salt; the [`envelope`] under it holds the root key, and binds the parameters and the salt. The
//! check is of the line itself, so that a damaged file is not taken for a wrong passphrase.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use super::error::{KeyError, SealError};
use super::root_key::RootKey;
use super::secret::Secret;
use super::{associated_data, envelope, primitives, random};

const FAMILY: &str = "waystation-root-key-passphrase-v";
const NAME: &str = "waystation-root-key-passphrase-v1";
const SALT_LEN: usize = 16;
const CHECK_LEN: usize = 8;
const KEY_VERSION: i32 = 1;
/// A person types it a few times a year, and it is all that stands between a stolen disk and the key.
const SHORTEST: usize = 20;
const LONGEST: usize = 256;

/// What trying one passphrase costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassphraseCost {
    memory_kib: u32,
    passes: u32,
}

impl PassphraseCost {
    /// 256 MiB and four passes: about a second, once at a start.
    pub const STANDARD: Self = Self { memory_kib: 256 * 1024, passes: 4 };
    /// For tests, where nothing is protected.
    pub const LEAST: Self = Self { memory_kib: 8, passes: 1 };
    /// A file that asks for more than this would stop the server, not an attacker.
    const MOST: Self = Self { memory_kib: 1024 * 1024, passes: 64 };

    fn text(self) -> String {
        format!("m={},t={},p=1", self.memory_kib, self.passes)
    }

    fn parse(text: &str) -> Option<Self> {
        let (memory, rest) = text.strip_prefix("m=")?.split_once(",t=")?;
        let cost =
            Self { memory_kib: memory.parse().ok()?, passes: rest.strip_suffix(",p=1")?.parse().ok()? };
        let bearable = (Self::LEAST.memory_kib..=Self::MOST.memory_kib).contains(&cost.memory_kib)
            && (1..=Self::MOST.passes).contains(&cost.passes);
        // As it is written, and in no other way: the text is what the envelope binds.
        (bearable && cost.text() == text).then_some(cost)
    }
}

/// Why a passphrase cannot be chosen.
pub fn check_new(passphrase: &SecretString) -> Result<(), &'static str> {
    let text = normalised(passphrase);
    let length = text.chars().count();
    if length < SHORTEST {
        return Err(
            "a passphrase for the root key has at least 20 characters: take six words or more, chosen by dice",
        );
    }
    if length > LONGEST {
        return Err("a passphrase has at most 256 characters");
    }
    if text.chars().collect::<std::collections::BTreeSet<_>>().len() < 8 {
        return Err("a passphrase has at least eight different characters");
    }
    Ok(())
}

/// A root key under a passphrase, as its file says.
pub struct ProtectedKey {
    cost: PassphraseCost,
    salt: [u8; SALT_LEN],
    envelope: Vec<u8>,
    origin: String,
}

impl ProtectedKey {
    /// Puts a key under a passphrase.
    pub fn protect(
        root: &RootKey,
        passphrase: &SecretString,
        cost: PassphraseCost,
    ) -> Result<Self, KeyError> {
        let salt = random::bytes();
        let key = derive(cost, &salt, passphrase)?;
        let envelope = envelope::seal(&key, KEY_VERSION, &place(cost, &salt), root.secret().bytes());
        Ok(Self { cost, salt, envelope: envelope.map_err(KeyError::Wrap)?, origin: String::new() })
    }

    /// The line.
    #[must_use]
    pub fn to_text(&self) -> String {
        let (salt, envelope) = (URL_SAFE_NO_PAD.encode(self.salt), URL_SAFE_NO_PAD.encode(&self.envelope));
        let line = format!("{NAME}:{}:{salt}:{envelope}", self.cost.text());
        let check = check(&line);
        format!("{line}:{check}\n")
    }

    /// Reads the line; `origin` is where it stands, for messages.
    pub fn from_text(text: &[u8], origin: String) -> Result<Self, KeyError> {
        match parse(text) {
            Ok((cost, salt, envelope)) => Ok(Self { cost, salt, envelope, origin }),
            Err(ProtectedFault::Newer) => Err(KeyError::NewerProtection(origin)),
            Err(ProtectedFault::Another) => Err(KeyError::NotProtected(origin)),
            Err(ProtectedFault::Damaged) => Err(KeyError::DamagedProtection(origin)),
        }
    }

    /// Opens it. Takes as long as it is meant to: not for an async thread.
    pub fn open(&self, passphrase: &SecretString) -> Result<RootKey, KeyError> {
        let key = derive(self.cost, &self.salt, passphrase)?;
        let root = envelope::open(&key, KEY_VERSION, &place(self.cost, &self.salt), &self.envelope);
        let root = root.and_then(|bytes| Secret::from_slice(&bytes).ok_or(SealError::DoesNotOpen));
        match root {
            Ok(secret) => Ok(RootKey::of(secret, self.origin.clone())),
            Err(SealError::NewerFormat(_)) => Err(KeyError::NewerProtection(self.origin.clone())),
            Err(_) => Err(KeyError::WrongPassphrase),
        }
    }
}

/// What a line is instead.
enum ProtectedFault {
    Another,
    Newer,
    Damaged,
}

fn parse(text: &[u8]) -> Result<(PassphraseCost, [u8; SALT_LEN], Vec<u8>), ProtectedFault> {
    let line = std::str::from_utf8(text).map_err(|_| ProtectedFault::Another)?.trim();
    if !line.starts_with(FAMILY) {
        return Err(ProtectedFault::Another);
    }
    let (name, rest) = line.split_once(':').ok_or(ProtectedFault::Damaged)?;
    if name != NAME {
        return Err(ProtectedFault::Newer);
    }
    let read = || {
        let (checked, given) = line.rsplit_once(':')?;
        let mut parts = rest.split(':');
        let (cost, salt, envelope) = (parts.next()?, parts.next()?, parts.next()?);
        (parts.count() == 1 && check(checked) == given).then_some(())?;
        let salt = URL_SAFE_NO_PAD.decode(salt).ok()?.try_into().ok()?;
        Some((PassphraseCost::parse(cost)?, salt, URL_SAFE_NO_PAD.decode(envelope).ok()?))
    };
    read().ok_or(ProtectedFault::Damaged)
}

fn check(line: &str) -> String {
    let mut text = URL_SAFE_NO_PAD.encode(primitives::sha256(line.as_bytes()));
    text.truncate(CHECK_LEN);
    text
}

fn place(cost: PassphraseCost, salt: &[u8]) -> Vec<u8> {
    associated_data::encode("waystation root key passphrase v1", &[cost.text().as_bytes(), salt])
}

/// NFC, so that the same keys on two keyboards are the same passphrase.
fn normalised(passphrase: &SecretString) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(4 * passphrase.expose_secret().len()));
    text.extend(passphrase.expose_secret().nfc());
    text
}

fn derive(cost: PassphraseCost, salt: &[u8], passphrase: &SecretString) -> Result<Secret, KeyError> {
    let failed = |error: argon2::Error| KeyError::NotDerived(error.to_string());
    let params = Params::new(cost.memory_kib, cost.passes, 1, Some(32)).map_err(failed)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(normalised(passphrase).as_bytes(), salt, &mut key[..])
        .map_err(failed)?;
    Ok(Secret::new(&key))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: PassphraseCost = PassphraseCost::LEAST;

    fn passphrase(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    fn read(text: &str) -> Result<ProtectedKey, KeyError> {
        ProtectedKey::from_text(text.as_bytes(), "the test".to_owned())
    }

    #[test]
    fn it_opens_with_its_passphrase_and_no_other() {
        let root = RootKey::generate();
        let line =
            ProtectedKey::protect(&root, &passphrase("six small words by dice"), LEAST).unwrap().to_text();
        for form in [line.clone(), line.trim().to_owned(), line.replace('\n', "\r\n")] {
            let protected = read(&form).unwrap();
            let opened = protected.open(&passphrase("six small words by dice")).unwrap();
            assert_eq!(opened.secret().bytes(), root.secret().bytes());
            for wrong in ["", "six small words by dicE", "six small words by dice "] {
                assert!(matches!(protected.open(&passphrase(wrong)), Err(KeyError::WrongPassphrase)));
            }
        }
    }

    #[test]
    fn the_same_letters_typed_in_two_ways_are_one_passphrase() {
        let root = RootKey::generate();
        let protected = ProtectedKey::protect(&root, &passphrase("caf\u{e9} caf\u{e9}"), LEAST).unwrap();
        assert!(protected.open(&passphrase("cafe\u{301} cafe\u{301}")).is_ok());
    }

    #[test]
    fn no_changed_character_opens_and_damage_is_no_wrong_passphrase() {
        let line =
            ProtectedKey::protect(&RootKey::generate(), &passphrase("words"), LEAST).unwrap().to_text();
        for place in 0..line.trim().len() {
            let mut changed = line.trim().as_bytes().to_vec();
            changed[place] = if changed[place] == b'4' { b'5' } else { b'4' };
            let error = read(std::str::from_utf8(&changed).unwrap()).err().unwrap();
            assert!(
                matches!(
                    error,
                    KeyError::DamagedProtection(_) | KeyError::NotProtected(_) | KeyError::NewerProtection(_)
                ),
                "at {place}: {error}"
            );
            assert!(read(&line[..place]).is_err(), "{place} characters");
        }
    }

    /// Whoever can write the file must not make the server derive for hours, nor cheapen the next guess unseen.
    #[test]
    fn other_parameters_are_refused_or_do_not_open() {
        let right = passphrase("six small words by dice");
        let line = ProtectedKey::protect(&RootKey::generate(), &right, LEAST).unwrap().to_text();
        let with = |parameters: &str| {
            let changed = line.trim().replace("m=8,t=1,p=1", parameters);
            let (body, _) = changed.rsplit_once(':').unwrap();
            read(&format!("{body}:{}", check(body)))
        };
        for refused in [
            "m=4294967295,t=1,p=1",
            "m=8,t=1000,p=1",
            "m=8,t=0,p=1",
            "m=08,t=1,p=1",
            "m=8,t=1,p=2",
            "m=7,t=1,p=1",
        ] {
            assert!(matches!(with(refused).err(), Some(KeyError::DamagedProtection(_))), "{refused}");
        }
        assert!(matches!(with("m=8,t=2,p=1").unwrap().open(&right), Err(KeyError::WrongPassphrase)));
    }

    #[test]
    fn what_is_no_such_line_is_told_as_such() {
        for text in ["", "waystation-root-key-v1:abc", "\u{fffd}"] {
            assert!(matches!(read(text).err(), Some(KeyError::NotProtected(_))), "{text}");
        }
        assert!(matches!(
            read("waystation-root-key-passphrase-v2:x").err(),
            Some(KeyError::NewerProtection(_))
        ));
    }

    #[test]
    fn a_passphrase_that_could_be_guessed_by_its_form_is_not_taken() {
        for weak in ["", "short but sweet", "aaaaaaaaaaaaaaaaaaaaaaaa", "abababababababababababab"] {
            assert!(check_new(&passphrase(weak)).is_err(), "{weak}");
        }
        assert!(check_new(&passphrase(&"ab cdefghi".repeat(30))).is_err());
        assert!(check_new(&passphrase("mole ridge actor punch sled oval")).is_ok());
    }
}
