//! Whether the entries of a backup are a whole log: without a gap, each as it was hashed, and under the root that was
//! signed.

use super::rows::audit_events::Row;
use crate::audit::checkpoint::Anchor;
use crate::audit::entry::leaf_hash;
use crate::audit::tree::Peaks;

/// The log as far as it was looked at.
pub(super) struct LogCheck<'a> {
    anchor: Option<&'a Anchor>,
    peaks: Peaks,
    next: i64,
    waiting: bool,
}

impl<'a> LogCheck<'a> {
    pub(super) fn against(anchor: Option<&'a Anchor>) -> Self {
        Self { anchor, peaks: Peaks::default(), next: 0, waiting: false }
    }

    /// The next entry; what is wrong with it.
    pub(super) fn add(&mut self, row: &Row) -> Result<(), String> {
        let leaf = leaf_hash(&row.body.0);
        if row.leaf.0 != leaf {
            return Err(format!("the entry {} is not as it was hashed", row.id.escape_debug()));
        }
        match row.position {
            Some(position) if position == self.next && !self.waiting => {
                self.peaks.add(leaf);
                self.next += 1;
                self.has_signed_root()
            }
            Some(_) => Err(format!("there is no entry at position {}", self.next)),
            // Without a position until somebody gives it the next.
            None => {
                self.waiting = true;
                Ok(())
            }
        }
    }

    /// Whether all of what was signed was there.
    pub(super) fn end(&self) -> Result<(), String> {
        match self.anchor {
            Some(anchor) if anchor.size > self.next => {
                Err(format!("it has {} entries, and {} were signed", self.next, anchor.size))
            }
            _ => Ok(()),
        }
    }

    fn has_signed_root(&self) -> Result<(), String> {
        let Some(anchor) = self.anchor.filter(|anchor| anchor.size == self.next) else { return Ok(()) };
        if self.peaks.root().is_some_and(|root| anchor.has_root(&root)) {
            return Ok(());
        }
        Err(format!("its first {} entries do not have the signed root", anchor.size))
    }
}
