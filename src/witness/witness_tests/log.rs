//! A log in memory for the tests: it signs what it is told, also what no honest log would.

use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};

use crate::verifier::merkle::{Hash, empty_root, leaf_hash, node_hash};
use crate::verifier::{Note, VerifierKey, base64};
use crate::witness::AddCheckpoint;

/// Entries, and the key that signs them.
#[derive(Clone)]
pub struct TestLog {
    name: String,
    signing: SigningKey,
    leaves: Vec<Hash>,
}

impl TestLog {
    /// A log of `size` entries; the name makes the key.
    pub fn new(name: &str, size: u64) -> Self {
        let signing = SigningKey::from_bytes(&Sha256::digest(name).into());
        let mut log = Self { name: name.to_owned(), signing, leaves: Vec::new() };
        (0..size).for_each(|entry| log.grow(entry));
        log
    }

    /// Another history of the same log from this size on, of the same length.
    pub fn forked_at(&self, size: usize) -> Self {
        let mut fork = self.clone();
        fork.leaves[size..].iter_mut().for_each(|leaf| leaf[0] ^= 1);
        fork
    }

    /// One more entry.
    pub fn grow(&mut self, entry: u64) {
        self.leaves.push(leaf_hash(&entry.to_be_bytes()));
    }

    /// How many entries there are.
    pub fn size(&self) -> u64 {
        self.leaves.len() as u64
    }

    /// Whether both begin alike, up to this size.
    pub fn agrees_with(&self, other: &Self, size: u64) -> bool {
        let size = usize::try_from(size).unwrap();
        self.leaves[..size] == other.leaves[..size]
    }

    /// What verifies it.
    pub fn key(&self) -> VerifierKey {
        let key = base64::encode(&[&[1], self.signing.verifying_key().as_bytes().as_slice()].concat());
        VerifierKey::parse(&format!("{}+{}+{key}", self.name, hex(self.key_id()))).unwrap()
    }

    /// The signed checkpoint of the first `size` entries.
    pub fn note(&self, size: u64) -> Note {
        let root = root(&self.leaves[..usize::try_from(size).unwrap()]);
        let text = format!("{}\n{size}\n{}\n", self.name, base64::encode(&root));
        let signature = self.signing.sign(text.as_bytes()).to_bytes();
        let signed = base64::encode(&[self.key_id().as_slice(), &signature].concat());
        Note::parse(format!("{text}\n\u{2014} {} {signed}\n", self.name).as_bytes()).unwrap()
    }

    /// The request that a log makes of a witness.
    pub fn request(&self, old: u64, new: u64) -> AddCheckpoint {
        AddCheckpoint::new(old, self.proof(old, new), self.note(new)).unwrap()
    }

    /// RFC 6962, section 2.1.2.
    fn proof(&self, old: u64, new: u64) -> Vec<Hash> {
        if old == 0 || old >= new {
            return Vec::new();
        }
        subproof(usize::try_from(old).unwrap(), &self.leaves[..usize::try_from(new).unwrap()], true)
    }

    fn key_id(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', 1])
            .chain_update(self.signing.verifying_key().as_bytes())
            .finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }
}

fn hex(id: [u8; 4]) -> String {
    format!("{:08x}", u32::from_be_bytes(id))
}

fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&root(left), &root(right))
        }
    }
}

fn subproof(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if whole { Vec::new() } else { vec![root(leaves)] };
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut proof, sibling) = if old <= left.len() {
        (subproof(old, left, whole), root(right))
    } else {
        (subproof(old - left.len(), right, false), root(left))
    };
    proof.push(sibling);
    proof
}
