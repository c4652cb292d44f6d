//! The stored hashes above the leaves, against what is computed.

use super::bundle::{Bundle, Unreadable};
use super::findings::{Code, Findings};
use super::merkle::{Hash, Node};
use super::tile::{Kind, Tile, WIDTH};

/// The tile that is being filled at each level from 1 upward; never more than one of a level is held.
pub(super) struct Levels {
    size: u64,
    open: Vec<Option<(u64, Vec<Hash>)>>,
}

impl Levels {
    /// For a log of this size.
    pub(super) fn new(size: u64) -> Self {
        Self { size, open: Vec::new() }
    }

    /// The level at which a subtree has its hash in a tile; `None` for leaves and what lies between levels.
    pub(super) fn of(node: &Node) -> Option<u32> {
        (node.height > 0 && node.height.is_multiple_of(8)).then_some(node.height / 8)
    }

    /// Compares a subtree, as it comes out of the entries and as it comes out of the stored leaves. What was
    /// stored may be either: where the two differ, that was told at the entry.
    pub(super) fn check(
        &mut self,
        bundle: &Bundle<'_>,
        level: u32,
        of_entries: &Node,
        of_leaves: &Node,
        findings: &mut Findings,
    ) -> Result<(), Unreadable> {
        let index = of_entries.index / WIDTH;
        let place = level as usize;
        if self.open.len() <= place {
            self.open.resize(place + 1, None);
        }
        let Some(tile) = Tile::of(Kind::Level(level), index, self.size) else { return Ok(()) };
        if self.open[place].as_ref().is_none_or(|(open, _)| *open != index) {
            let hashes = bundle.read_hashes(&tile, self.size, findings)?.unwrap_or_default();
            self.open[place] = Some((index, hashes));
        }
        let within = (of_entries.index % WIDTH) as usize;
        let stored = self.open[place].as_ref().and_then(|(_, hashes)| hashes.get(within));
        if let Some(stored) = stored
            && *stored != of_entries.hash
            && *stored != of_leaves.hash
        {
            let span = tile.kind.span();
            let first = of_entries.index * span;
            findings.between(Code::NodeDiffers, first, first + span - 1, || {
                format!("hash {within} of {} is not that of the entries under it", tile.path())
            });
        }
        Ok(())
    }
}
