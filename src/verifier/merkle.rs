//! The Merkle tree of RFC 6962, section 2.1, over SHA-256: a root that grows leaf by leaf, and proofs.

use sha2::{Digest as _, Sha256};

/// A hash of the tree.
pub type Hash = [u8; 32];

/// The hash of an entry.
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

/// The hash of two subtrees.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of a tree without leaves.
#[must_use]
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// A perfect subtree that is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// 0 for a leaf; it spans two to the power of this.
    pub height: u32,
    /// Its place among those of its height, from 0.
    pub index: u64,
    /// Its hash.
    pub hash: Hash,
}

/// A tree that only grows. It keeps the perfect subtrees that no sibling has joined yet: one for each bit
/// of its size, so at most 64 hashes however large it gets.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    size: u64,
    open: Vec<Hash>,
}

impl Tree {
    /// How many leaves there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf and tells each subtree that is complete by it, from the leaf upward.
    pub fn push(&mut self, leaf: Hash, mut complete: impl FnMut(Node)) {
        let mut node = Node { height: 0, index: self.size, hash: leaf };
        complete(node);
        while node.index & 1 == 1 {
            let Some(left) = self.open.pop() else { break };
            let hash = node_hash(&left, &node.hash);
            node = Node { height: node.height + 1, index: node.index >> 1, hash };
            complete(node);
        }
        self.open.push(node.hash);
        self.size += 1;
    }

    /// The root at this size.
    #[must_use]
    pub fn root(&self) -> Hash {
        let right_to_left = self.open.iter().rev().copied();
        right_to_left.reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(empty_root)
    }
}

/// Whether `proof` shows that the leaf stands at `index` in the tree of this size and root
/// (RFC 9162, section 2.1.3.2).
#[must_use]
pub fn verify_inclusion(index: u64, leaf: &Hash, size: u64, root: &Hash, proof: &[Hash]) -> bool {
    if index >= size {
        return false;
    }
    let (mut place, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            hash = node_hash(sibling, &hash);
            while place & 1 == 0 && place != 0 {
                (place, last) = (place >> 1, last >> 1);
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    last == 0 && hash == *root
}

/// Whether `proof` shows that the newer tree begins with all of the older one (RFC 9162, section 2.1.4.2).
/// Every tree begins with the empty one, which takes no proof.
#[must_use]
pub fn verify_consistency(
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> bool {
    if old_size > new_size {
        return false;
    }
    if old_size == new_size {
        return proof.is_empty() && old_root == new_root;
    }
    if old_size == 0 {
        return proof.is_empty() && *old_root == empty_root();
    }
    // A perfect old tree is its own first step.
    let (first, rest) = if old_size.is_power_of_two() {
        (*old_root, proof)
    } else {
        match proof.split_first() {
            Some((first, rest)) => (*first, rest),
            None => return false,
        }
    };
    let (mut place, mut last) = (old_size - 1, new_size - 1);
    while place & 1 == 1 {
        (place, last) = (place >> 1, last >> 1);
    }
    let (mut old, mut new) = (first, first);
    for sibling in rest {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            old = node_hash(sibling, &old);
            new = node_hash(sibling, &new);
            while place & 1 == 0 && place != 0 {
                (place, last) = (place >> 1, last >> 1);
            }
        } else {
            new = node_hash(&new, sibling);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    last == 0 && old == *old_root && new == *new_root
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, word for word.
    fn root_of(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                node_hash(&root_of(left), &root_of(right))
            }
        }
    }

    fn inclusion(index: usize, leaves: &[Hash]) -> Vec<Hash> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
        let (mut proof, sibling) = if index < left.len() {
            (inclusion(index, left), root_of(right))
        } else {
            (inclusion(index - left.len(), right), root_of(left))
        };
        proof.push(sibling);
        proof
    }

    fn consistency(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
        if old == leaves.len() {
            return if whole { Vec::new() } else { vec![root_of(leaves)] };
        }
        let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
        let (mut proof, sibling) = if old <= left.len() {
            (consistency(old, left, whole), root_of(right))
        } else {
            (consistency(old - left.len(), right, false), root_of(left))
        };
        proof.push(sibling);
        proof
    }

    fn leaves(count: u8) -> Vec<Hash> {
        (0..count).map(|number| leaf_hash(&[number])).collect()
    }

    #[test]
    fn the_root_that_grows_is_the_root_of_the_definition() {
        let leaves = leaves(70);
        let mut tree = Tree::default();
        for size in 0..leaves.len() {
            assert_eq!(tree.root(), root_of(&leaves[..size]));
            tree.push(leaves[size], |node| {
                let width = 1_usize << node.height;
                let start = usize::try_from(node.index).unwrap() * width;
                assert_eq!(node.hash, root_of(&leaves[start..start + width]));
            });
        }
        assert!(tree.open.len() <= 7);
    }

    #[test]
    fn every_proof_of_small_trees_shows_what_it_is_for_and_nothing_else() {
        let leaves = leaves(17);
        for size in 1..=leaves.len() {
            let root = root_of(&leaves[..size]);
            for index in 0..size {
                let proof = inclusion(index, &leaves[..size]);
                for claimed in 0..=size {
                    let shown = verify_inclusion(claimed as u64, &leaves[index], size as u64, &root, &proof);
                    assert_eq!(shown, claimed == index, "{claimed} for {index} of {size}");
                }
            }
            for old in 1..=size {
                let proof = consistency(old, &leaves[..size], true);
                for claimed in 0..=size {
                    let old_root = root_of(&leaves[..claimed]);
                    let shown = verify_consistency(claimed as u64, &old_root, size as u64, &root, &proof);
                    let none_needed = claimed == 0 && proof.is_empty();
                    assert_eq!(shown, claimed == old || none_needed, "{claimed} for {old} of {size}");
                }
            }
        }
    }

    #[test]
    fn an_older_tree_that_is_larger_is_never_shown() {
        assert!(!verify_consistency(2, &[0; 32], 1, &[0; 32], &[]));
        assert!(!verify_consistency(0, &[0; 32], 1, &[0; 32], &[]));
    }
}
