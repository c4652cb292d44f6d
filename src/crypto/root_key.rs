//! The one key that is not in the database: read from a file or from the environment, never printed.
//!
//! As text it is one line: `waystation-root-key-v1:` and base64url of the 32 bytes and four bytes of
//! their SHA-256, so that a key that was cut or mistyped is told as such, and not as a wrong key.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::error::{KeyError, KeyTextFault};
use super::primitives;
use super::secret::Secret;

const FAMILY: &str = "waystation-root-key-v";
const PREFIX: &str = "waystation-root-key-v1:";
const KEY_LEN: usize = 32;
const CHECKSUM_LEN: usize = 4;
const ENCODED_LEN: usize = 48;
/// Far more than a key: enough to tell that a file is something else without reading all of it.
const READ_AT_MOST: u64 = 4096;

/// Where the root key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootKeySource {
    /// A file that only its owner can read.
    File(PathBuf),
    /// An environment variable, by its name.
    Environment(String),
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

    /// Reads and checks the key.
    pub fn load(source: &RootKeySource) -> Result<Self, KeyError> {
        match source {
            RootKeySource::File(path) => {
                Self::from_text(&read_private(path)?, format!("the file {}", path.display()))
            }
            RootKeySource::Environment(name) => {
                let text = std::env::var_os(name).ok_or_else(|| KeyError::NotSet(name.clone()))?;
                let text = Zeroizing::new(text.into_encoded_bytes());
                Self::from_text(&text, format!("the environment variable {name}"))
            }
        }
    }

    /// Makes a new key in a new file that only its owner can read; never overwrites one.
    pub fn create_file(path: &Path) -> Result<Self, KeyError> {
        let key = Self { origin: format!("the file {}", path.display()), ..Self::generate() };
        let mut file = create_private(path)?;
        let written = file
            .write_all(key.to_text().as_bytes())
            .and_then(|()| file.sync_all())
            .and_then(|()| sync_directory_of(path));
        if let Err(cause) = written {
            // Half a key in the way would only stop the next try; nothing has been sealed with it.
            drop(fs::remove_file(path));
            return Err(KeyError::Unwritable { path: path.to_owned(), cause });
        }
        Ok(key)
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

fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let unreadable = |cause| KeyError::Unreadable { path: path.to_owned(), cause };
    // Asked before opening, because to open a pipe is to wait for its writer.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(KeyError::NotAFile(path.to_owned()));
    }
    let file = File::open(path).map_err(unreadable)?;
    refuse_shared(path, &file.metadata().map_err(unreadable)?)?;
    let mut text = Zeroizing::new(Vec::with_capacity(usize::try_from(READ_AT_MOST).unwrap_or(0)));
    file.take(READ_AT_MOST).read_to_end(&mut text).map_err(unreadable)?;
    Ok(text)
}

#[cfg(unix)]
fn refuse_shared(path: &Path, metadata: &fs::Metadata) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(KeyError::NotPrivate { path: path.to_owned(), mode });
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_shared(_: &Path, _: &fs::Metadata) -> Result<(), KeyError> {
    Ok(())
}

fn create_private(path: &Path) -> Result<File, KeyError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|cause| {
        let path = path.to_owned();
        if cause.kind() == io::ErrorKind::AlreadyExists {
            KeyError::AlreadyExists(path)
        } else {
            KeyError::Unwritable { path, cause }
        }
    })
}

/// A new file is there after a crash only when its directory has been written too.
pub(crate) fn sync_directory_of(path: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests;
