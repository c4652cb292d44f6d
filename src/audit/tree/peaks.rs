//! The tree over entries that come one after the other, without keeping them.

use super::{Hash, node_hash};

/// The roots of the full trees that entries so far make, the largest first (RFC 6962, section 2.1).
#[derive(Default)]
pub(crate) struct Peaks(Vec<(u64, Hash)>);

impl Peaks {
    pub(crate) fn add(&mut self, leaf: Hash) {
        let mut peak = (1, leaf);
        while let Some((size, left)) = self.0.pop_if(|(size, _)| *size == peak.0) {
            peak = (size * 2, node_hash(&left, &peak.1));
        }
        self.0.push(peak);
    }

    /// None without entries.
    pub(crate) fn root(&self) -> Option<Hash> {
        self.0.iter().rev().map(|(_, hash)| *hash).reduce(|right, left| node_hash(&left, &right))
    }
}
