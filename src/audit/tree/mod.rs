//! The Merkle tree over the entries: RFC 6962, section 2.1, read from stored hashes.
//!
//! Stored are the leaves, each in its entry's row, and the hash of every full tile (256 hashes of the level
//! below: C2SP tlog-tiles). So an entry costs one hash and no row of its own, and any root or proof is made of
//! at most one tile on each side of each level. What stands between tiles is hashed when it is asked for.

pub mod api;
mod grow;
mod path;
mod peaks;
pub(crate) mod store;
mod stored;

#[cfg(test)]
mod tests;

pub(crate) use grow::{catch_up, fills_a_tile, grow};
pub use path::{NoTile, ResourceKind, TilePath};
pub(crate) use peaks::Peaks;
pub(crate) use stored::StoredTiles;

use std::rc::Rc;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// A node of the tree.
pub type Hash = [u8; 32];

/// Hashes in a full tile.
pub const TILE_WIDTH: u64 = 256;
/// Binary levels that a tile spans.
const TILE_HEIGHT: u32 = TILE_WIDTH.ilog2();

/// Where stored hashes come from.
pub(crate) trait Tiles {
    /// The hashes of a tile that are there now, at most [`TILE_WIDTH`]. At level 0 they are leaves; at each
    /// other level the roots of the full tiles below.
    fn tile(&mut self, level: u32, number: u64) -> Result<Rc<[Hash]>>;
}

/// The hash over two nodes.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of the first `size` entries.
pub(crate) fn root(tiles: &mut impl Tiles, size: u64) -> Result<Hash> {
    if size == 0 { Ok(Sha256::digest([]).into()) } else { range(tiles, 0, size) }
}

/// The audit path of an entry (section 2.1.1), from the leaf's sibling upwards.
pub(crate) fn inclusion(tiles: &mut impl Tiles, position: u64, size: u64) -> Result<Vec<Hash>> {
    let (mut start, mut end) = (0, size);
    let mut path = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if position < middle {
            path.push(range(tiles, middle, end)?);
            end = middle;
        } else {
            path.push(range(tiles, start, middle)?);
            start = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The proof that the tree of `size` begins with the tree of `first` (section 2.1.2).
pub(crate) fn consistency(tiles: &mut impl Tiles, first: u64, size: u64) -> Result<Vec<Hash>> {
    let mut proof = Vec::new();
    if first == 0 || first == size {
        return Ok(proof);
    }
    let (mut start, mut end) = (0, size);
    while end != first {
        let middle = start + split(end - start);
        if first <= middle {
            proof.push(range(tiles, middle, end)?);
            end = middle;
        } else {
            proof.push(range(tiles, start, middle)?);
            start = middle;
        }
    }
    // Where the first tree is one of the second's left subtrees, whoever checks has its root already.
    if start > 0 {
        proof.push(range(tiles, start, end)?);
    }
    proof.reverse();
    Ok(proof)
}

/// The largest power of two below `size`, which is at least 2.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// The root of the entries from `start` to before `end`, one of the ranges that the tree is split into.
fn range(tiles: &mut impl Tiles, start: u64, end: u64) -> Result<Hash> {
    let size = end - start;
    if size.is_power_of_two() {
        return perfect(tiles, start, size.ilog2());
    }
    let middle = start + split(size);
    let left = range(tiles, start, middle)?;
    let right = range(tiles, middle, end)?;
    Ok(node_hash(&left, &right))
}

/// The root of the `2^height` entries from `start`, folded out of one tile.
fn perfect(tiles: &mut impl Tiles, start: u64, height: u32) -> Result<Hash> {
    let level = height / TILE_HEIGHT;
    let first = start >> (level * TILE_HEIGHT);
    let tile = tiles.tile(level, first / TILE_WIDTH)?;
    let offset = usize::try_from(first % TILE_WIDTH).map_err(Error::internal)?;
    let width = 1 << (height % TILE_HEIGHT);
    tile.get(offset..offset + width).map(fold).ok_or_else(|| incomplete(level, first / TILE_WIDTH))
}

/// The root over hashes that are as many as a power of two.
fn fold(hashes: &[Hash]) -> Hash {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
    }
    row[0]
}

fn incomplete(level: u32, number: u64) -> Error {
    Error::internal(anyhow::anyhow!(
        "the log's tree is damaged: tile {number} of level {level} lacks hashes that its entries should have left"
    ))
}
