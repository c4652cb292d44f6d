//! The tree against the definition of RFC 6962, word for word, and names of tiles.

use std::collections::BTreeMap;
use std::rc::Rc;

use sha2::{Digest as _, Sha256};

use super::*;
use crate::audit::entry::leaf_hash;

/// MTH of section 2.1, as it is written there.
fn defined_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&defined_root(left), &defined_root(right))
        }
    }
}

/// PATH of section 2.1.1.
fn defined_path(position: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut path, sibling) = if position < left.len() {
        (defined_path(position, left), defined_root(right))
    } else {
        (defined_path(position - left.len(), right), defined_root(left))
    };
    path.push(sibling);
    path
}

/// SUBPROOF of section 2.1.2.
fn defined_proof(first: usize, leaves: &[Hash], known: bool) -> Vec<Hash> {
    if first == leaves.len() {
        return if known { Vec::new() } else { vec![defined_root(leaves)] };
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut proof, other) = if first <= left.len() {
        (defined_proof(first, left, known), defined_root(right))
    } else {
        (defined_proof(first - left.len(), right, false), defined_root(left))
    };
    proof.push(other);
    proof
}

/// Tiles in memory, filled as the definition of tlog-tiles says, and a count of those that were asked for.
struct Defined {
    levels: Vec<Vec<Hash>>,
    asked: BTreeMap<(u32, u64), usize>,
}

impl Defined {
    fn over(leaves: &[Hash]) -> Self {
        let mut levels = vec![leaves.to_vec()];
        while levels.last().unwrap().len() >= 256 {
            levels.push(levels.last().unwrap().chunks_exact(256).map(defined_root).collect());
        }
        Self { levels, asked: BTreeMap::new() }
    }
}

impl Tiles for Defined {
    fn tile(&mut self, level: u32, number: u64) -> Result<Rc<[Hash]>> {
        *self.asked.entry((level, number)).or_default() += 1;
        let number = usize::try_from(number).unwrap();
        let hashes = &self.levels[level as usize];
        Ok(hashes[number * 256..hashes.len().min((number + 1) * 256)].into())
    }
}

fn leaves(size: usize) -> Vec<Hash> {
    (0..size).map(|number| leaf_hash(&number.to_be_bytes())).collect()
}

#[test]
fn roots_and_proofs_are_those_of_the_definition() {
    let all = leaves(700);
    for size in (0..20).chain([255, 256, 257, 300, 511, 512, 513, 700]) {
        let leaves = &all[..size];
        // The tiles of a tree that has grown since: an earlier root is read from them.
        let mut tiles = Defined::over(&all);
        assert_eq!(root(&mut tiles, size as u64).unwrap(), defined_root(leaves), "root of {size}");
        for position in [0, 1, size / 3, size / 2, size.saturating_sub(2), size.saturating_sub(1)] {
            if position < size {
                let path = inclusion(&mut tiles, position as u64, size as u64).unwrap();
                assert_eq!(path, defined_path(position, leaves), "{position} in {size}");
            }
        }
        for first in [1, 2, 3, size / 3, 255, 256, 257, size.saturating_sub(1), size] {
            if (1..=size).contains(&first) {
                let proof = consistency(&mut tiles, first as u64, size as u64).unwrap();
                assert_eq!(proof, defined_proof(first, leaves, true), "{first} to {size}");
            }
        }
    }
}

#[test]
fn a_proof_asks_for_a_tile_or_two_of_each_level() {
    let all = leaves(70_000);
    let mut tiles = Defined::over(&all);
    for position in [0, 1, 34_567, 65_535, 65_536, 69_999] {
        tiles.asked.clear();
        inclusion(&mut tiles, position, 70_000).unwrap();
        assert!(tiles.asked.len() <= 6, "{position}: {:?}", tiles.asked.keys());
    }
}

#[test]
fn what_the_tiles_lack_is_a_fault_and_no_panic() {
    let mut tiles = Defined::over(&leaves(300));
    tiles.levels[0].truncate(290);
    assert!(root(&mut tiles, 300).is_err());
    assert!(root(&mut tiles, 288).is_ok());
}

#[test]
fn tiles_are_named_as_tlog_tiles_names_them() {
    let hashes = |level, number, width| TilePath { kind: ResourceKind::Hashes(level), number, width };
    for (path, name) in [
        (hashes(0, 0, 256), "0/000"),
        (hashes(0, 273, 112), "0/273.p/112"),
        (hashes(2, 1_234_067, 256), "2/x001/x234/067"),
        (TilePath { kind: ResourceKind::Entries, number: 1000, width: 1 }, "entries/x001/000.p/1"),
    ] {
        assert_eq!(path.to_string(), name);
        assert_eq!(name.parse(), Ok(path));
    }
    for wrong in [
        "",
        "0",
        "0/",
        "0/1",
        "0/0000",
        "00/000",
        "8/000",
        "64/000",
        "-1/000",
        "+1/000",
        "0/x000/001",
        "0/001/002",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/01",
        "0/000.p/",
        "0/000.p/+1",
        "entries",
        "data/000",
        "0/000/",
        "0//000",
        "0/x999/x999/x999/x999/x999/x999/999",
        "0/\u{661}00",
    ] {
        assert_eq!(wrong.parse::<TilePath>(), Err(NoTile), "{wrong}");
    }
}

#[test]
fn the_tiles_of_a_tree_are_those_of_the_specification() {
    let names = |kind, size| TilePath::all(kind, size).map(|path| path.to_string()).collect::<Vec<_>>();
    // The example of the specification: a tree of 70,000.
    assert_eq!(names(ResourceKind::Hashes(0), 70_000).len(), 274);
    assert_eq!(names(ResourceKind::Hashes(0), 70_000)[273], "0/273.p/112");
    assert_eq!(names(ResourceKind::Hashes(1), 70_000), ["1/000", "1/001.p/17"]);
    assert_eq!(names(ResourceKind::Hashes(2), 70_000), ["2/000.p/1"]);
    assert_eq!(names(ResourceKind::Hashes(3), 70_000), Vec::<String>::new());
    assert_eq!(names(ResourceKind::Hashes(0), 256), ["0/000"]);
    assert_eq!(names(ResourceKind::Entries, 0), Vec::<String>::new());
    let needs = |name: &str| name.parse::<TilePath>().unwrap().needs();
    assert_eq!(needs("1/001.p/17"), Some((256 + 17) * 256));
    assert_eq!(needs("7/x999/x999/x999/999"), None);
}
