//! Which key vouches for which checkpoint: it starts with the pinned one, and each names the next on the log.
//!
//! The entry `audit.key_rotate` announces the next key. The key before it signs one checkpoint that covers the
//! entry, and so vouches for it; from then on the next key signs, and the one before it no more.

use super::checkpoint::Checkpoint;
use super::entry::Entry;
use super::findings::{Code, Findings};
use super::key::{KeyType, Signed, VerifierKey};
use super::note::Note;
use super::statement::Statement;

/// Far more than a log has: one a month for eighty years.
const MOST_ROTATIONS: usize = 1000;

/// A key that names the next.
struct Rotation {
    position: u64,
    old: VerifierKey,
    new: VerifierKey,
}

/// The keys so far.
pub(super) struct Succession {
    pinned: VerifierKey,
    /// The one that must sign the next checkpoint.
    trusted: VerifierKey,
    /// The one that signed the latest.
    latest: Option<VerifierKey>,
    rotations: Vec<Rotation>,
    unchecked: Unchecked,
}

/// Checkpoints before the first by the pinned key: how many, and the sizes of the first and the last.
#[derive(Default)]
struct Unchecked {
    count: u64,
    first: u64,
    last: u64,
}

impl Succession {
    pub(super) fn new(pinned: VerifierKey) -> Self {
        Self {
            trusted: pinned.clone(),
            pinned,
            latest: None,
            rotations: Vec::new(),
            unchecked: Unchecked::default(),
        }
    }

    /// Takes a key that the log announces.
    pub(super) fn announce(&mut self, position: u64, entry: &Entry, findings: &mut Findings) {
        let key = |name| entry.detail(name).and_then(|text| VerifierKey::parse(text).ok());
        let of_this_log =
            |key: &VerifierKey| key.name() == self.pinned.name() && key.key_type() == KeyType::Log;
        let keys = key("old_key").filter(of_this_log).zip(key("new_key").filter(of_this_log));
        let Some((old, new)) = keys else {
            findings.at(Code::KeyRotation, position, || {
                "a change of the key does not name two keys of this log".to_owned()
            });
            return;
        };
        if self.rotations.last().is_some_and(|last| last.new != old) {
            findings.at(Code::KeyRotation, position, || {
                "a change of the key does not begin with the key that the last one named".to_owned()
            });
            return;
        }
        let named = ["old_key", "new_key"];
        let statement = Statement::read(entry, "audit.key_rotate", self.pinned.name(), &named);
        if !statement.is_some_and(|statement| statement.is_by(&old)) {
            findings.at(Code::KeyRotation, position, || {
                "a change of the key is not signed by the key before it: whoever wrote it does not have that".to_owned()
            });
            return;
        }
        if self.rotations.len() >= MOST_ROTATIONS {
            findings.at(Code::KeyRotation, position, || {
                format!(
                    "the log has more than {MOST_ROTATIONS} changes of its key; this one is not looked at"
                )
            });
            return;
        }
        self.rotations.push(Rotation { position, old, new });
    }

    /// Judges the next stored checkpoint; the entries before its size are known.
    pub(super) fn judge(&mut self, note: &Note, checkpoint: &Checkpoint, findings: &mut Findings) {
        let size = checkpoint.size;
        match self.trusted.verify(note) {
            Signed::Yes { .. } => {
                self.latest = Some(self.trusted.clone());
                self.hand_on(size);
            }
            Signed::Falsely => findings.add(
                Code::CheckpointSignature,
                format!("the signature of the checkpoint of {size} entries does not fit its text"),
            ),
            Signed::No if self.latest.is_none() => {
                if self.unchecked.count == 0 {
                    self.unchecked.first = size;
                }
                self.unchecked.count += 1;
                self.unchecked.last = size;
            }
            Signed::No => findings.add(
                Code::CheckpointKey,
                format!(
                    "the checkpoint of {size} entries is not signed by the key of that time{}",
                    self.by_whom(note)
                ),
            ),
        }
    }

    /// Once the trusted key has vouched for the entry that names the next, the next is trusted.
    fn hand_on(&mut self, size: u64) {
        let covered = |rotation: &&Rotation| rotation.old == self.trusted && rotation.position < size;
        if let Some(rotation) = self.rotations.iter().find(covered) {
            self.trusted = rotation.new.clone();
        }
    }

    fn by_whom(&self, note: &Note) -> &'static str {
        let signed = |key: &VerifierKey| key.verify(note) != Signed::No;
        if self.rotations.iter().any(|rotation| signed(&rotation.old)) || signed(&self.pinned) {
            ", but by one that was replaced"
        } else if self.rotations.iter().any(|rotation| signed(&rotation.new)) {
            ", but by one that was announced and that no checkpoint of the key before it covers"
        } else {
            ", but by one that nothing announced"
        }
    }

    /// Whether the newest checkpoint, which is also the last that is stored, is vouched for in both places.
    pub(super) fn judge_newest(&self, note: &Note, findings: &mut Findings) {
        match &self.latest {
            Some(key) if matches!(key.verify(note), Signed::Yes { .. }) => {}
            Some(_) => findings.add(
                Code::CheckpointSignature,
                "the newest checkpoint is not signed by the key of the last stored one",
            ),
            None => findings
                .add(Code::PinnedKeyUnseen, "no stored checkpoint is signed by the key that was given"),
        }
    }

    /// What can be said only at the end.
    pub(super) fn finish(&self, findings: &mut Findings) {
        let unchecked = &self.unchecked;
        if self.latest.is_some() && unchecked.count > 0 {
            let announced =
                |rotation: &Rotation| rotation.new == self.pinned && rotation.position < unchecked.last;
            if !self.rotations.iter().any(announced) {
                findings.add(
                    Code::CheckpointKey,
                    format!(
                        "{} checkpoints, the first of {} entries, are by other keys, and the log does not say that the key that was given follows on them",
                        unchecked.count, unchecked.first
                    ),
                );
            }
        }
        if let Some(first) = self.rotations.first()
            && !self.keys().any(|key| *key == self.pinned)
        {
            findings.at(Code::KeyRotation, first.position, || {
                "the log changed its key, and never had the one that was given".to_owned()
            });
        }
    }

    /// The keys in order, as the log tells them.
    pub(super) fn keys(&self) -> impl Iterator<Item = &VerifierKey> {
        let first = self.rotations.first().map_or(&self.pinned, |rotation| &rotation.old);
        std::iter::once(first).chain(self.rotations.iter().map(|rotation| &rotation.new))
    }

    /// Whether any key of the log has made this statement.
    pub(super) fn said(&self, statement: &Statement) -> bool {
        statement.is_by(&self.pinned) || self.keys().any(|key| statement.is_by(key))
    }

    /// Whether any key of the log signed it.
    pub(super) fn signed(&self, note: &Note) -> bool {
        let signed = |key: &VerifierKey| matches!(key.verify(note), Signed::Yes { .. });
        signed(&self.pinned) || self.keys().any(signed)
    }

    /// The name of the log.
    pub(super) fn origin(&self) -> &str {
        self.pinned.name()
    }

    /// How many checkpoints came before the first by the pinned key.
    pub(super) fn unchecked(&self) -> u64 {
        self.unchecked.count
    }
}
