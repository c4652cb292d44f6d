//! The stored checkpoints, read beside the entries as the log grows.

use super::bundle::{Notes, Unreadable};
use super::checkpoint::Checkpoint;
use super::findings::{Code, Findings};
use super::note::Note;

/// Where the reading of them stands.
pub(super) struct Stored {
    notes: Option<Notes>,
    next: Option<(Note, Checkpoint)>,
    last: Option<String>,
    origin: String,
    count: u64,
}

impl Stored {
    /// `notes` of the log with this origin.
    pub(super) fn new(notes: Option<Notes>, origin: &str) -> Self {
        Self { notes, next: None, last: None, origin: origin.to_owned(), count: 0 }
    }

    /// The next checkpoint of a log that has grown to this size; called until there is none.
    pub(super) fn at(
        &mut self,
        size: u64,
        findings: &mut Findings,
    ) -> Result<Option<(Note, Checkpoint)>, Unreadable> {
        loop {
            if self.next.is_none() {
                self.next = self.read(findings)?;
            }
            let Some((note, checkpoint)) = self.next.take() else { return Ok(None) };
            if checkpoint.size > size {
                self.next = Some((note, checkpoint));
                return Ok(None);
            }
            if checkpoint.size == size {
                self.last = Some(note.text().to_owned());
                return Ok(Some((note, checkpoint)));
            }
            findings.add(
                Code::CheckpointOrder,
                format!("the checkpoint of {} entries is stored after one of {size}", checkpoint.size),
            );
        }
    }

    fn read(&mut self, findings: &mut Findings) -> Result<Option<(Note, Checkpoint)>, Unreadable> {
        loop {
            let Some(notes) = &mut self.notes else { return Ok(None) };
            let Some(note) = notes.next()? else { return Ok(None) };
            self.count += 1;
            let read = note.and_then(|note| Ok((Checkpoint::parse(note.text())?, note)));
            match read {
                Ok((checkpoint, note)) if checkpoint.origin == self.origin => {
                    return Ok(Some((note, checkpoint)));
                }
                Ok(_) => findings.add(
                    Code::CheckpointOrigin,
                    format!("the stored checkpoint number {} is of another log", self.count),
                ),
                Err(malformed) => {
                    findings.add(
                        Code::CheckpointMalformed,
                        format!(
                            "the stored checkpoint number {} and what follows it cannot be read: {malformed}",
                            self.count
                        ),
                    );
                    self.notes = None;
                }
            }
        }
    }

    /// Once the log has its whole size: whether the newest checkpoint is the last of them.
    pub(super) fn finish(&self, newest: &Note, size: u64, findings: &mut Findings) {
        if let Some((_, larger)) = &self.next {
            findings.add(
                Code::Truncated,
                format!("a checkpoint of {} entries is stored, and the newest is of {size}", larger.size),
            );
        } else if !self.ends_with(newest) {
            findings.add(Code::CheckpointMissing, "the newest checkpoint is not the last of the stored ones");
        }
    }

    /// Whether this is the last of them so far.
    pub(super) fn ends_with(&self, note: &Note) -> bool {
        self.last.as_deref() == Some(note.text())
    }

    /// How many were read.
    pub(super) fn count(&self) -> u64 {
        self.count
    }
}
