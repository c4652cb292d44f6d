//! What the log's key says beside checkpoints: that another key follows on it, that signed entries were lost, that a
//! backup is this network's.
//!
//! An entry alone says it to nobody: whoever can write to the database could put one there, and the log would be signed
//! with it. So these carry a signature of their own, over texts that no checkpoint can be: its second line is a
//! number.

use ed25519_dalek::VerifyingKey;

use super::note::{sign, signature, verifier_key};
use super::{Checkpoint, LogOrigin, LossReason};
use crate::access::UserId;
use crate::audit::{Action, Event, detail};
use crate::crypto::SigningKeyVersion;
use crate::db::types::CodeList as _;

/// The first two lines of what the log's key says of an action.
pub(super) fn head(origin: &LogOrigin, action: Action) -> String {
    format!("waystation/{}\n{origin}\n", action.code())
}

/// The entry by which a key names the next.
pub(super) fn next_key(origin: &LogOrigin, old: &SigningKeyVersion, new: &VerifyingKey) -> Event {
    let (old_key, new_key) = (verifier_key(origin, &old.key.verifying_key()), verifier_key(origin, new));
    let text = format!("{}{old_key}\n{new_key}\n", head(origin, Action::AuditKeyRotate));
    Event::new(Action::AuditKeyRotate)
        .detail(detail::NEW_KEY, new_key)
        .detail("old_key", old_key)
        .detail("signature", signature(&text, origin, &old.key))
}

/// The note by which the log's key certifies that an action was carried out.
pub(super) fn certificate(
    origin: &LogOrigin,
    key: &SigningKeyVersion,
    action: Action,
    lines: &[String],
) -> String {
    let mut text = head(origin, action);
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    sign(&text, origin, &key.key)
}

/// What is signed of the manifest of a backup.
pub(super) fn backup(origin: &LogOrigin, manifest: &str) -> String {
    format!("{}{manifest}\n", head(origin, Action::BackupCreate))
}

/// The entry by which two people accept the loss of what was signed.
pub(super) fn lost(
    origin: &LogOrigin,
    key: &SigningKeyVersion,
    lost: &Checkpoint,
    by: &[UserId; 2],
    reason: LossReason,
) -> Event {
    let (size, root, by) = (lost.size, lost.root_text(), format!("{} {}", by[0], by[1]));
    let text = format!("{}{size}\n{root}\n{by}\n{reason}\n", head(origin, Action::AuditForkAccept));
    Event::new(Action::AuditForkAccept)
        .detail("abandoned_root", root)
        .detail("abandoned_size", size)
        .detail("accepted_by", by)
        .detail("reason", reason)
        .detail("signature", signature(&text, origin, &key.key))
}
