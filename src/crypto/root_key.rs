//! The one key that is not in the database: read from a file or from the environment, never printed. With people, it is
//! under a [`passphrase`](super::passphrase), or [`split`](super::split) among them.
//!
//! As text it is one line: `waystation-root-key-v1:` and base64url of the 32 bytes and four bytes of
//! their SHA-256, so that a key that was cut or mistyped is told as such, and not as a wrong key.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::error::{KeyError, KeyTextFault};
use super::passphrase::ProtectedKey;
use super::secret::Secret;
use super::{primitives, private_file};

const FAMILY: &str = "waystation-root-key-v";
const PREFIX: &str = "waystation-root-key-v1:";
const KEY_LEN: usize = 32;
const CHECKSUM_LEN: usize = 4;
const ENCODED_LEN: usize = 48;

/// Where the root key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootKeySource {
    /// A file that only its owner can read.
    File(PathBuf),
    /// An environment variable, by its name.
    Environment(String),
    /// A passphrase that somebody knows, and the file that it opens.
    Passphrase(PathBuf),
    /// Shares that several people hold.
    Shares,
}

impl RootKeySource {
    /// Whether somebody has to be asked for it.
    #[must_use]
    pub fn is_with_people(&self) -> bool {
        matches!(self, Self::Passphrase(_) | Self::Shares)
    }
}

/// The root key, and where it came from for messages. Wiped when dropped.
pub struct RootKey {
    secret: Secret,
    origin: String,
}

impl RootKey {
    /// A new random key, which is nowhere yet.
    #[must_use]
    pub fn generate() -> Self {
        Self { secret: Secret::generate(), origin: "a key that was just made".to_owned() }
    }

    pub(super) fn of(secret: Secret, origin: String) -> Self {
        Self { secret, origin }
    }

    /// Reads and checks the key, where nobody has to be asked for it.
    pub fn load(source: &RootKeySource) -> Result<Self, KeyError> {
        match source {
            RootKeySource::File(path) => {
                Self::from_text(&private_file::read(path)?, format!("the file {}", path.display()))
            }
            RootKeySource::Environment(name) => {
                let text = std::env::var_os(name).ok_or_else(|| KeyError::NotSet(name.clone()))?;
                let text = Zeroizing::new(text.into_encoded_bytes());
                Self::from_text(&text, format!("the environment variable {name}"))
            }
            RootKeySource::Passphrase(_) => Err(KeyError::NobodyAsked("a passphrase")),
            RootKeySource::Shares => Err(KeyError::NobodyAsked("shares")),
        }
    }

    /// What a file holds under a passphrase.
    pub fn protected(path: &Path) -> Result<ProtectedKey, KeyError> {
        ProtectedKey::from_text(&private_file::read(path)?, format!("the file {}", path.display()))
    }

    /// Makes a new key in a new file that only its owner can read; never overwrites one.
    pub fn create_file(path: &Path) -> Result<Self, KeyError> {
        let key = Self { origin: format!("the file {}", path.display()), ..Self::generate() };
        key.write_to(path)?;
        Ok(key)
    }

    /// Writes the key to a new file that only its owner can read; never overwrites one.
    pub fn write_to(&self, path: &Path) -> Result<(), KeyError> {
        private_file::create(path, self.to_text().as_bytes())
    }

    pub(super) fn secret(&self) -> &Secret {
        &self.secret
    }

    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    pub(super) fn from_text(text: &[u8], origin: String) -> Result<Self, KeyError> {
        match parse(text) {
            Ok(secret) => Ok(Self { secret, origin }),
            Err(fault) => Err(KeyError::Malformed { origin, fault }),
        }
    }

    fn to_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0; KEY_LEN + CHECKSUM_LEN]);
        bytes[..KEY_LEN].copy_from_slice(self.secret.bytes());
        bytes[KEY_LEN..].copy_from_slice(&checksum(self.secret.bytes()));
        let mut text = Zeroizing::new(String::with_capacity(PREFIX.len() + ENCODED_LEN + 1));
        text.push_str(PREFIX);
        URL_SAFE_NO_PAD.encode_string(&bytes[..], &mut text);
        text.push('\n');
        text
    }
}

fn parse(text: &[u8]) -> Result<Secret, KeyTextFault> {
    let line = text.trim_ascii();
    let Some(encoded) = line.strip_prefix(PREFIX.as_bytes()) else {
        let newer = line.starts_with(FAMILY.as_bytes()) && line.contains(&b':');
        return Err(if newer { KeyTextFault::NewerFormat } else { KeyTextFault::NotAKey });
    };
    if encoded.len() != ENCODED_LEN {
        return Err(KeyTextFault::WrongLength { found: encoded.len() });
    }
    let mut bytes = Zeroizing::new([0; KEY_LEN + CHECKSUM_LEN]);
    // The cause of a decoding error names the character, which is part of the key.
    URL_SAFE_NO_PAD.decode_slice(encoded, &mut bytes[..]).map_err(|_| KeyTextFault::Mistyped)?;
    let (key, given) = bytes.split_at(KEY_LEN);
    if !bool::from(checksum(key).ct_eq(given)) {
        return Err(KeyTextFault::Mistyped);
    }
    Secret::from_slice(key).ok_or(KeyTextFault::Mistyped)
}

fn checksum(key: &[u8]) -> [u8; CHECKSUM_LEN] {
    let [a, b, c, d, ..] = primitives::sha256(key);
    [a, b, c, d]
}

#[cfg(test)]
mod tests;
