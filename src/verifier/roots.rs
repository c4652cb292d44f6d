//! Which checkpoints fit the entries, and between which two of them a difference must lie.

use super::checkpoint::Checkpoint;
use super::findings::{Code, Findings};
use super::merkle::Tree;
use super::report::Fits;

/// Compares a checkpoint with the tree of the entries and that of the stored leaves, at its size.
pub(super) fn compare(checkpoint: &Checkpoint, entries: &Tree, stored: &Tree) -> Fits {
    match (entries.root() == checkpoint.root, stored.root() == checkpoint.root) {
        (true, true) => Fits::Both,
        (true, false) => Fits::Entries,
        (false, true) => Fits::StoredTree,
        (false, false) => Fits::Neither,
    }
}

/// The first checkpoint that does not fit.
struct Misfit {
    size: u64,
    /// The largest before it that fits.
    after: u64,
    fits_stored: bool,
}

/// What was seen so far.
#[derive(Default)]
pub(super) struct Roots {
    largest_fit: u64,
    first_misfit: Option<Misfit>,
    misfits: u64,
}

impl Roots {
    /// Takes a checkpoint, at its size.
    pub(super) fn take(&mut self, checkpoint: &Checkpoint, entries: &Tree, stored: &Tree) {
        let fits = compare(checkpoint, entries, stored);
        if matches!(fits, Fits::Both | Fits::Entries) {
            self.largest_fit = checkpoint.size;
        } else {
            self.misfits += 1;
            let (size, after) = (checkpoint.size, self.largest_fit);
            self.first_misfit.get_or_insert(Misfit { size, after, fits_stored: fits == Fits::StoredTree });
        }
    }

    /// Tells of those that did not fit. Where no entry before is known to be wrong, it tells between which.
    pub(super) fn finish(&self, findings: &mut Findings) {
        let Some(Misfit { size, after, fits_stored }) = self.first_misfit else { return };
        let what = format!(
            "{} of the checkpoints do not have the root of the entries, the first of them that of {size} entries",
            self.misfits
        );
        if fits_stored {
            findings.add(
                Code::RootDiffers,
                format!("{what}; it has that of the stored tree, so it is the entries that were changed"),
            );
        } else if after >= size || findings.first_entry().is_some_and(|known| known < size) {
            findings.add(Code::RootDiffers, what);
        } else {
            findings.between(Code::RootDiffers, after, size - 1, || {
                format!("{what}; the first {after} entries are as they were signed")
            });
        }
    }
}
