//! Checkpoints that were kept elsewhere, against the log: what shows a cut off end and a second history.

use super::abandoned::Abandoned;
use super::anchor::Anchor;
use super::base64;
use super::findings::{Code, Findings};
use super::malformed::Malformed;
use super::merkle::Hash;
use super::note::Note;

/// A checkpoint from elsewhere.
#[derive(Debug, Clone)]
pub struct KeptCopy {
    label: String,
    anchor: Anchor,
    fits: Option<bool>,
}

impl KeptCopy {
    /// Reads a checkpoint, or a report that bears one; `label` says where it came from.
    pub fn parse(label: &str, bytes: &[u8]) -> Result<Self, Malformed> {
        Ok(Self { label: label.to_owned(), anchor: Anchor::parse(bytes)?, fits: None })
    }

    pub(super) fn size(&self) -> u64 {
        self.anchor.size()
    }

    /// Compares it with the roots of the log at its size: of the entries, and of the stored tree. If those
    /// differ, that is told elsewhere, and is no second history.
    pub(super) fn compare(&mut self, roots: &[Hash]) {
        self.fits = Some(roots.contains(self.anchor.root()));
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
        let (label, own) = (&self.label, self.size());
        if let Anchor::Signed(note, checkpoint) = &self.anchor
            && (checkpoint.origin != origin || !signed(note))
        {
            findings.add(Code::CopyNotSigned, format!("{label} is not signed by a key of this log"));
            return None;
        }
        if self.fits == Some(true) {
            return None;
        }
        let given_up = abandoned.iter().find(|past| past.size == own && past.root == *self.anchor.root());
        if given_up.is_some() {
            return given_up;
        }
        if own > size {
            let what = format!("{label} is of {own} entries, and the log has only {size}");
            findings.add(self.code(Code::Truncated), what);
        } else if self.fits == Some(false) {
            let root = base64::encode(self.anchor.root());
            let what = format!(
                "{label} says that the first {own} entries have the root {root}, and they have another"
            );
            findings.add(self.code(Code::Fork), what);
        }
        None
    }

    /// What a signature proves, a table only says.
    fn code(&self, proven: Code) -> Code {
        match self.anchor {
            Anchor::Signed(..) => proven,
            Anchor::Unsigned(..) => Code::CopyDiffers,
        }
    }

    /// Where it came from, and what it says.
    pub(super) fn told(&self) -> String {
        format!("{} ({} entries)", self.label, self.size())
    }
}
