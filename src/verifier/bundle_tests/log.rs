//! Made-up logs, written from the document alone: no code of the verifier is used, nor of the server.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use ed25519_dalek::{Signer as _, SigningKey};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub const ORIGIN: &str = "waystation.example/log";
/// 2006-08-01T09:00:00Z, in microseconds.
const START: u64 = 1_154_422_800_000_000;

/// The files of a bundle by their paths.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A log, with what its checkpoints are to be.
#[derive(Clone)]
pub struct Log {
    pub entries: Vec<Vec<u8>>,
    pub keys: Vec<SigningKey>,
    /// The positions at which the next key is announced.
    pub rotations: Vec<usize>,
    /// The sizes at which checkpoints are signed; the last is the whole.
    pub signed_at: Vec<usize>,
    /// Checkpoints of histories whose loss is accepted.
    pub lost: Vec<String>,
}

/// Two users.
pub const TWO: &str = "1fxfgyz1s5d18jgy7vhc1hqg1b 51wqktbw4sf2cm1tqdrk9127d6";

impl Log {
    /// A log of this size, the same for the same seed.
    pub fn new(size: usize, seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut at = START;
        let entries = (0..size)
            .map(|_| {
                at += rng.random_range(0..2_000_000);
                write(&entry(at, &mut rng))
            })
            .collect();
        let mut signed_at: Vec<usize> =
            (0..rng.random_range(0..6)).map(|_| rng.random_range(0..=size)).collect();
        signed_at.push(size);
        signed_at.sort_unstable();
        signed_at.dedup();
        Self { entries, keys: vec![signing_key(seed, 0)], rotations: Vec::new(), signed_at, lost: Vec::new() }
    }

    /// Announces another key at this position, in place of what stands there.
    pub fn rotate(mut self, position: usize, seed: u64) -> Self {
        let next = signing_key(seed, self.keys.len() as u64);
        let before = self.keys.last().unwrap().clone();
        let (old, new) = (vkey(&before), vkey(&next));
        let signature = statement("audit.key_rotate", &[&old, &new], &before);
        self.edit(position, |entry| {
            entry["action"] = json!("audit.key_rotate");
            entry["outcome"] = json!("done");
            entry["details"] = json!({ "new_key": new, "old_key": old, "signature": signature });
        });
        self.keys.push(next);
        self.rotations.push(position);
        self
    }

    /// Accepts the loss of another history at this position, in place of what stands there.
    pub fn accept(mut self, position: usize, seed: u64) -> Self {
        let other = Log::new((seed % 60).try_into().unwrap(), !seed);
        let note = checkpoint(&other.entries, &self.keys[0]);
        let key = self.keys.last().unwrap().clone();
        self.edit(position, |entry| accept(entry, &note, TWO, "restored_backup", &key));
        self.lost.push(note);
        self
    }

    /// Changes an entry before anything is signed.
    pub fn edit(&mut self, position: usize, change: impl FnOnce(&mut Value)) {
        let mut entry: Value = serde_json::from_slice(&self.entries[position]).unwrap();
        change(&mut entry);
        self.entries[position] = write(&entry);
    }

    /// The key that an auditor of the first hour has pinned.
    pub fn pinned(&self) -> String {
        vkey(&self.keys[0])
    }

    /// Every checkpoint, each signed by the key of its time.
    pub fn checkpoints(&self) -> Vec<String> {
        let mut current = 0;
        let sign = |size: &usize| {
            let note = checkpoint(&self.entries[..*size], &self.keys[current]);
            if self.rotations.get(current).is_some_and(|position| position < size) {
                current += 1;
            }
            note
        };
        self.signed_at.iter().map(sign).collect()
    }

    /// The bundle.
    pub fn files(&self) -> Files {
        let checkpoints = self.checkpoints();
        let newest = checkpoints.last().unwrap().clone().into_bytes();
        let keys: String = self.keys.iter().map(|key| vkey(key) + "\n").collect();
        let mut files = contents(&self.entries, self.entries.len());
        files.extend(tiles(&self.entries));
        files.insert("checkpoints".to_owned(), checkpoints.join("\n").into_bytes());
        files.insert("kept-checkpoint".to_owned(), newest.clone());
        files.insert("checkpoint".to_owned(), newest);
        files.insert("keys".to_owned(), keys.into_bytes());
        files.insert("unsequenced".to_owned(), Vec::new());
        files
    }
}

/// The files of entries and of columns, named for a log of this size, whatever there is.
pub fn contents(entries: &[Vec<u8>], size: usize) -> Files {
    let mut files = Files::new();
    for (index, group) in entries.chunks(256).enumerate() {
        let path = place(index, size.saturating_sub(index * 256).min(256));
        let bundle = group.iter().flat_map(|entry| {
            let length = u16::try_from(entry.len()).unwrap().to_be_bytes();
            length.into_iter().chain(entry.iter().copied())
        });
        files.insert(format!("tile/entries/{path}"), bundle.collect());
        let lines = (index * 256..).zip(group).map(|(position, entry)| columns(position, entry) + "\n");
        files.insert(format!("columns/{path}"), lines.collect::<String>().into_bytes());
    }
    files
}

/// The hashes of all levels.
pub fn tiles(entries: &[Vec<u8>]) -> Files {
    let mut files = Files::new();
    let mut hashes: Vec<[u8; 32]> = entries.iter().map(|entry| leaf(entry)).collect();
    for level in 0.. {
        for (index, tile) in hashes.chunks(256).enumerate() {
            files.insert(format!("tile/{level}/{}", place(index, tile.len())), tile.concat());
        }
        hashes = hashes.chunks_exact(256).map(root).collect();
        if hashes.is_empty() {
            break;
        }
    }
    files
}

/// Writes a bundle to the disk.
pub fn lay(files: &Files, directory: &Path) {
    for (path, bytes) in files {
        let path = directory.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

pub fn checkpoint(entries: &[Vec<u8>], key: &SigningKey) -> String {
    let leaves: Vec<[u8; 32]> = entries.iter().map(|entry| leaf(entry)).collect();
    sign(&format!("{ORIGIN}\n{}\n{}\n", entries.len(), STANDARD.encode(root(&leaves))), key)
}

/// A note with this text.
pub fn sign(text: &str, key: &SigningKey) -> String {
    let id = Sha256::digest([ORIGIN.as_bytes(), b"\n", &type_and_key(1, key)].concat());
    let signature = [&id[..4], key.sign(text.as_bytes()).to_bytes().as_slice()].concat();
    format!("{text}\n\u{2014} {ORIGIN} {}\n", STANDARD.encode(signature))
}

/// Makes an entry accept the loss of what this note signed.
pub fn accept(entry: &mut Value, note: &str, by: &str, reason: &str, key: &SigningKey) {
    let mut lines = note.lines().skip(1);
    let (size, root) = (lines.next().unwrap(), lines.next().unwrap());
    let signature = statement("audit.fork_accept", &[size, root, by, reason], key);
    entry["action"] = json!("audit.fork_accept");
    entry["outcome"] = json!("done");
    entry["details"] = json!({
        "abandoned_root": root, "abandoned_size": size, "accepted_by": by, "reason": reason, "signature": signature,
    });
}

/// What the key of a log says in an entry: the signature of it.
pub fn statement(action: &str, said: &[&str], key: &SigningKey) -> String {
    let note = sign(&format!("waystation/{action}\n{ORIGIN}\n{}\n", said.join("\n")), key);
    note.trim_end().rsplit(' ').next().unwrap().to_owned()
}

/// The line that a witness adds to a note.
pub fn cosign(note: &str, witness: &str, key: &SigningKey, at: u64) -> String {
    let text = &note[..=note.rfind("\n\n").unwrap()];
    let signature = key.sign(format!("cosignature/v1\ntime {at}\n{text}").as_bytes()).to_bytes();
    let id = Sha256::digest([witness.as_bytes(), b"\n", &type_and_key(4, key)].concat());
    let signature = [&id[..4], &at.to_be_bytes(), signature.as_slice()].concat();
    format!("\u{2014} {witness} {}\n", STANDARD.encode(signature))
}

pub fn signing_key(seed: u64, version: u64) -> SigningKey {
    SigningKey::from_bytes(&Sha256::digest([seed.to_be_bytes(), version.to_be_bytes()].concat()).into())
}

/// The key of a log.
pub fn vkey(key: &SigningKey) -> String {
    vkey_of(ORIGIN, 1, key)
}

/// A key of this name and type.
pub fn vkey_of(name: &str, kind: u8, key: &SigningKey) -> String {
    let id = Sha256::digest([name.as_bytes(), b"\n", &type_and_key(kind, key)].concat());
    let id: String = id[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{name}+{id}+{}", STANDARD.encode(type_and_key(kind, key)))
}

fn type_and_key(kind: u8, key: &SigningKey) -> Vec<u8> {
    [&[kind], key.verifying_key().as_bytes().as_slice()].concat()
}

pub fn leaf(entry: &[u8]) -> [u8; 32] {
    Sha256::digest([&[0], entry].concat()).into()
}

pub fn root(leaves: &[[u8; 32]]) -> [u8; 32] {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            Sha256::digest([&[1], root(left).as_slice(), &root(right)].concat()).into()
        }
    }
}

fn place(index: usize, width: usize) -> String {
    let (thousands, rest) = (index / 1000, index % 1000);
    assert!(thousands < 1000);
    let path = if thousands > 0 { format!("x{thousands:03}/{rest:03}") } else { format!("{rest:03}") };
    if width < 256 { format!("{path}.p/{width}") } else { path }
}

/// The columns beside an entry; beside what is no JSON they are empty.
pub fn columns(position: usize, entry: &[u8]) -> String {
    let entry: Value = serde_json::from_slice(entry).unwrap_or_default();
    let of = |name: &str| entry.get(name).cloned().unwrap_or_default();
    json!({
        "action": of("action"), "actor": of("actor"), "case": of("case"), "id": of("id"),
        "outcome": of("outcome"), "position": position, "recorded_at": of("at"), "subject": of("subject"),
    })
    .to_string()
}

/// Canonical, as long as nothing but ASCII is in it: members are kept in order.
pub fn write(entry: &Value) -> Vec<u8> {
    serde_json::to_vec(entry).unwrap()
}

/// The form of a moment.
pub fn moment(micros: u64) -> String {
    let moment = DateTime::from_timestamp_micros(i64::try_from(micros).unwrap()).unwrap();
    moment.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// An id of this moment.
pub fn id(micros: u64, rng: &mut StdRng) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let number = u128::from(micros / 1000) << 80 | rng.random::<u128>() >> 48;
    (0..26).rev().map(|place| ALPHABET[(number >> (5 * place) & 31) as usize] as char).collect()
}

fn entry(at: u64, rng: &mut StdRng) -> Value {
    let mut entry = json!({
        "action": "case.read", "at": moment(at), "id": id(at, rng), "outcome": "done", "permission": "case.read",
        "request": id(rng.random::<u64>() >> 1, rng), "v": 1,
    });
    let user = id(rng.random::<u64>() >> 1, rng);
    let more = match rng.random_range(0..4) {
        0 => json!({ "actor": user, "role": "caseworker", "session": user, "subject": user }),
        1 => json!({ "actor": user, "case": user, "groups": ["identity"], "cases": [user] }),
        2 => json!({ "action": "record.write", "case": user, "fields": ["name"], "sealed": [
            { "column": "body", "row": user, "sha256": "00".repeat(32), "table": "sealed_records" }] }),
        _ => {
            json!({ "outcome": "refused", "code": "not_found", "case_asked_for": user, "details": { "stage": "a" } })
        }
    };
    entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    entry
}
