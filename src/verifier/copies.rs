//! Checkpoints that were kept elsewhere, against the log: what shows a cut off end and a second history.

use super::base64;
use super::checkpoint::{Checkpoint, number};
use super::entry::Entry;
use super::findings::{Code, Findings};
use super::malformed::Malformed;
use super::merkle::Hash;
use super::note::Note;
use super::statement::Statement;

/// A checkpoint from elsewhere.
#[derive(Debug, Clone)]
pub struct KeptCopy {
    label: String,
    note: Note,
    checkpoint: Checkpoint,
    fits: Option<bool>,
}

/// A history that was lost when a backup was put back, and given up on the record.
#[derive(Debug, Clone)]
pub(super) struct Abandoned {
    pub position: u64,
    pub size: u64,
    pub root: Hash,
    pub statement: Statement,
}

impl Abandoned {
    /// What an entry gives up; `None` if its details do not say.
    pub(super) fn read(entry: &Entry, position: u64, origin: &str) -> Option<Self> {
        let size = number(entry.detail("abandoned_size")?)?;
        let root = base64::decode_hash(entry.detail("abandoned_root")?)?;
        let named = ["abandoned_size", "abandoned_root"];
        let statement = Statement::read(entry, "audit.fork_accept", origin, named)?;
        Some(Self { position, size, root, statement })
    }
}

impl KeptCopy {
    /// Reads a note; `label` says where it came from.
    pub fn parse(label: &str, bytes: &[u8]) -> Result<Self, Malformed> {
        let note = Note::parse(bytes)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        Ok(Self { label: label.to_owned(), note, checkpoint, fits: None })
    }

    pub(super) fn size(&self) -> u64 {
        self.checkpoint.size
    }

    /// Compares it with the roots of the log at its size: of the entries, and of the stored tree. If those
    /// differ, that is told elsewhere, and is no second history.
    pub(super) fn compare(&mut self, roots: &[Hash]) {
        self.fits = Some(roots.contains(&self.checkpoint.root));
    }

    /// Says what it shows of a log of this size, whose keys are `signed`. A copy may be of a history that was
    /// given up on the record; then that is returned.
    pub(super) fn judge<'a>(
        &self,
        size: u64,
        origin: &str,
        signed: impl Fn(&Note) -> bool,
        abandoned: &'a [Abandoned],
        findings: &mut Findings,
    ) -> Option<&'a Abandoned> {
        let (label, own) = (&self.label, &self.checkpoint);
        if own.origin != origin || !signed(&self.note) {
            findings.add(Code::CopyNotSigned, format!("{label} is not signed by a key of this log"));
            return None;
        }
        if self.fits == Some(true) {
            return None;
        }
        let given_up = abandoned.iter().find(|past| past.size == own.size && past.root == own.root);
        if given_up.is_some() {
            return given_up;
        }
        if own.size > size {
            findings.add(
                Code::Truncated,
                format!("{label} is of {} entries, and the log has only {size}", own.size),
            );
        } else if self.fits == Some(false) {
            findings.add(
                Code::Fork,
                format!(
                    "{label} says that the first {} entries have the root {}, and they have another",
                    own.size,
                    own.root_text()
                ),
            );
        }
        None
    }

    /// Where it came from, and what it says.
    pub(super) fn told(&self) -> String {
        format!("{} ({} entries)", self.label, self.checkpoint.size)
    }
}
