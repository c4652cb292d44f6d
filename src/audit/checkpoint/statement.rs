//! What the log's key says beside checkpoints: that another key follows on it, that signed entries were lost, that a
//! backup is this network's.
//!
//! An entry alone says it to nobody: whoever can write to the database could put one there, and the log would be signed
//! with it. So these carry a signature of their own, over texts that no checkpoint can be: its second line is a
//! number.

use ed25519_dalek::VerifyingKey;

use super::note::{signature, verifier_key};
use super::{Checkpoint, LogOrigin};
use crate::audit::{Action, Event};
use crate::crypto::SigningKeyVersion;
use crate::db::types::CodeList as _;

/// The entry by which a key names the next.
pub(super) fn next_key(origin: &LogOrigin, old: &SigningKeyVersion, new: &VerifyingKey) -> Event {
    let (old_key, new_key) = (verifier_key(origin, &old.key.verifying_key()), verifier_key(origin, new));
    let text = format!("waystation/{}\n{origin}\n{old_key}\n{new_key}\n", Action::AuditKeyRotate.code());
    Event::new(Action::AuditKeyRotate)
        .detail("new_key", new_key)
        .detail("old_key", old_key)
        .detail("signature", signature(&text, origin, &old.key))
}

/// What is signed of the manifest of a backup.
pub(super) fn backup(origin: &LogOrigin, manifest: &str) -> String {
    format!("waystation/{}\n{origin}\n{manifest}\n", Action::BackupCreate.code())
}

/// Completes the entry by which the loss of what was signed is accepted.
pub(super) fn lost(accepted: Event, origin: &LogOrigin, key: &SigningKeyVersion, lost: &Checkpoint) -> Event {
    let (size, root) = (lost.size, lost.root_text());
    let text = format!("waystation/{}\n{origin}\n{size}\n{root}\n", Action::AuditForkAccept.code());
    accepted
        .detail("abandoned_root", root)
        .detail("abandoned_size", size)
        .detail("signature", signature(&text, origin, &key.key))
}
