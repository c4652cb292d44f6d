//! Checkpoints: how long the log is and what its root is, signed (C2SP tlog-checkpoint).
//!
//! Whoever keeps one can prove later that nothing before it was changed, taken out or put in.

mod anchor;
pub mod api;
mod kept;
mod loss;
mod notary;
pub mod note;
mod origin;
mod rules;
#[cfg(test)]
mod schedules;
mod statement;
pub(crate) mod store;

pub use anchor::Anchor;
pub use loss::LossReason;
pub use notary::{NotSigned, Notary};
pub use origin::{LogOrigin, NoOrigin};
pub use rules::RefusedToSign;

use std::io;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;

use super::Action;
use super::tree::Hash;
use crate::crypto::Keyring;

/// The note by which the log vouches for the manifest of a backup: what verifiers of logs check as any other.
#[must_use]
pub fn backup_note(origin: &LogOrigin, manifest: &str, signature: &str) -> String {
    format!("{}\n\u{2014} {origin} {signature}\n", statement::backup(origin, manifest))
}

/// Whether one of the log's own keys vouches for a manifest.
pub(crate) fn vouched_for(origin: &LogOrigin, keyring: &Keyring, manifest: &str, signature: &str) -> bool {
    let note = backup_note(origin, manifest, signature);
    note::open(&note, origin, keyring.audit_verifying().into_iter()).is_some()
}

/// The lines of a certificate that the log's keys have signed: what stands below its head.
pub(crate) fn certified(
    origin: &LogOrigin,
    keyring: &Keyring,
    action: Action,
    note: &str,
) -> Option<Vec<String>> {
    let (text, _) = note::open(note, origin, keyring.audit_verifying().into_iter())?;
    let lines = text.strip_prefix(&statement::head(origin, action))?;
    Some(lines.lines().map(str::to_owned).collect())
}

/// Keeps a checkpoint outside the database where nothing is kept yet; what is kept stays. Whether it was.
pub(crate) fn keep_first(path: PathBuf, note: &str) -> io::Result<bool> {
    let locked = kept::KeptFile::at(path).lock()?;
    if locked.read()?.is_some() {
        return Ok(false);
    }
    locked.replace(note).map(|()| true)
}

/// What a checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many entries the log had.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Checkpoint {
    fn text(&self, origin: &LogOrigin) -> String {
        format!("{origin}\n{}\n{}\n", self.size, self.root_text())
    }

    fn root_text(&self) -> String {
        STANDARD.encode(self.root)
    }

    /// Our own form alone: three lines, no extensions.
    fn parse(text: &str, origin: &LogOrigin) -> Option<Self> {
        let mut lines = text.lines();
        let (name, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let checkpoint =
            Self { size: size.parse().ok()?, root: STANDARD.decode(root).ok()?.try_into().ok()? };
        (name == origin.as_str() && checkpoint.text(origin) == text).then_some(checkpoint)
    }
}

/// A checkpoint with the log's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// Which version of the log's key signed it.
    pub key_version: i32,
    /// The signed note.
    pub note: String,
}

impl SignedCheckpoint {
    fn sign(checkpoint: Checkpoint, origin: &LogOrigin, key_version: i32, key: &SigningKey) -> Self {
        let note = note::sign(&checkpoint.text(origin), origin, key);
        Self { checkpoint, key_version, note }
    }

    /// A note that one of the log's own keys has signed.
    fn open(text: &str, origin: &LogOrigin, keyring: &Keyring) -> Option<Self> {
        let (signed, key_version) = note::open(text, origin, keyring.audit_verifying().into_iter())?;
        let checkpoint = Checkpoint::parse(signed, origin)?;
        Some(Self { checkpoint, key_version, note: text.to_owned() })
    }
}
