//! What the log's key says in an entry by a signature of its own: that another key follows on it, that entries which were
//! signed are lost. Without it, whoever can write to the database could put such an entry there, and the log would be
//! signed with it in its place.

use super::entry::Entry;
use super::key::{Signed, VerifierKey};
use super::note::Note;

/// A statement as a note, and not yet known by whom.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    text: String,
    signature: String,
}

impl Statement {
    /// That of an entry with this action: these of its details, under the name of the log.
    pub(super) fn read(entry: &Entry, action: &str, origin: &str, details: &[&str]) -> Option<Self> {
        let mut text = format!("waystation/{action}\n{origin}\n");
        for name in details {
            text.push_str(entry.detail(name)?);
            text.push('\n');
        }
        Some(Self { text, signature: entry.detail("signature")?.to_owned() })
    }

    /// Whether this key has made it.
    pub(super) fn is_by(&self, key: &VerifierKey) -> bool {
        let note = format!("{}\n\u{2014} {} {}\n", self.text, key.name(), self.signature);
        Note::parse(note.as_bytes()).is_ok_and(|note| matches!(key.verify(&note), Signed::Yes { .. }))
    }
}
