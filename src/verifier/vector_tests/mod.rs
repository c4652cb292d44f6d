//! Published vectors of others; `tests/vectors/README.md` says where they are from.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::key::Signed;
use super::merkle::{Hash, verify_consistency, verify_inclusion};
use super::{Checkpoint, Note, VerifierKey};

macro_rules! vectors {
    ($name:literal) => {
        serde_json::from_str(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/", $name)))
            .unwrap()
    };
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Inclusion {
    source: String,
    leaf_idx: u64,
    tree_size: u64,
    root: String,
    leaf_hash: String,
    proof: Option<Vec<String>>,
    want_err: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Consistency {
    source: String,
    size1: u64,
    size2: u64,
    root1: String,
    root2: String,
    proof: Option<Vec<String>>,
    want_err: bool,
}

/// `None` where it is no hash: then the formats that carry proofs refuse it already.
fn hash(text: &str) -> Option<Hash> {
    STANDARD.decode(text).unwrap().try_into().ok()
}

fn hashes(texts: Option<&Vec<String>>) -> Option<Vec<Hash>> {
    texts.map_or(Some(Vec::new()), |texts| texts.iter().map(|text| hash(text)).collect())
}

#[test]
fn proofs_of_inclusion_show_what_they_should() {
    let cases: Vec<Inclusion> = vectors!("merkle-inclusion.json");
    for case in &cases {
        let shown = || {
            let (leaf, root) = (hash(&case.leaf_hash)?, hash(&case.root)?);
            let proof = hashes(case.proof.as_ref())?;
            Some(verify_inclusion(case.leaf_idx, &leaf, case.tree_size, &root, &proof))
        };
        assert_eq!(shown().unwrap_or(false), !case.want_err, "{}", case.source);
    }
    assert!(cases.len() >= 30 && cases.iter().filter(|case| !case.want_err).count() >= 5);
}

#[test]
fn proofs_of_consistency_show_what_they_should() {
    let cases: Vec<Consistency> = vectors!("merkle-consistency.json");
    for case in &cases {
        let shown = || {
            let (old, new) = (hash(&case.root1)?, hash(&case.root2)?);
            let proof = hashes(case.proof.as_ref())?;
            Some(verify_consistency(case.size1, &old, case.size2, &new, &proof))
        };
        assert_eq!(shown().unwrap_or(false), !case.want_err, "{}", case.source);
    }
    assert!(cases.len() >= 30 && cases.iter().filter(|case| !case.want_err).count() >= 5);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Notes {
    keys: Vec<KeyText>,
    notes: Vec<Example>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyText {
    source: String,
    #[serde(rename = "key")]
    text: String,
    good: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    source: String,
    note: String,
    signatures: Vec<(String, String)>,
    key: Option<String>,
    size: Option<u64>,
    cosigned_at: Option<u64>,
}

#[test]
fn keys_of_others_are_read() {
    let vectors: Notes = vectors!("notes.json");
    for KeyText { source, text, good } in vectors.keys {
        let read = VerifierKey::parse(&text);
        assert_eq!(read.as_ref().map(ToString::to_string).ok(), good.then_some(text), "{source}");
    }
}

#[test]
fn notes_of_others_are_read_and_verified() {
    let vectors: Notes = vectors!("notes.json");
    for Example { source, note: text, signatures, key, size, cosigned_at } in vectors.notes {
        let note = Note::parse(text.as_bytes()).unwrap();
        let id = |id: &[u8; 4]| format!("{:08x}", u32::from_be_bytes(*id));
        let read: Vec<_> =
            note.signatures().iter().map(|line| (line.name.clone(), id(&line.key_id))).collect();
        assert_eq!(read, signatures, "{source}");
        assert!(text.starts_with(note.text()));
        if let Some(key) = key {
            let key = VerifierKey::parse(&key).unwrap();
            assert_eq!(key.verify(&note), Signed::Yes { at: None }, "{source}");
            let other = Note::parse(text.replacen('y', "x", 1).as_bytes()).unwrap();
            assert_eq!(key.verify(&other), Signed::Falsely, "{source}");
        }
        if let Some(size) = size {
            assert_eq!(Checkpoint::parse(note.text()).unwrap().size, size, "{source}");
        }
        if let Some(at) = cosigned_at {
            let moment: [u8; 8] = *note.signatures()[1].bytes.first_chunk().unwrap();
            assert_eq!(u64::from_be_bytes(moment), at, "{source}");
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Canonical {
    texts: Vec<Text>,
    numbers: Vec<Number>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    source: String,
    input: String,
    output: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Number {
    bits: String,
    text: String,
}

#[test]
fn json_has_the_canonical_form_of_rfc_8785() {
    let vectors: Canonical = vectors!("json-canonical.json");
    for Text { source, input, output } in vectors.texts {
        let value: serde_json::Value = serde_json::from_str(&input).unwrap();
        assert_eq!(serde_json_canonicalizer::to_string(&value).unwrap(), output, "{source}");
    }
    for Number { bits, text } in vectors.numbers {
        let number = f64::from_bits(u64::from_str_radix(&bits, 16).unwrap());
        assert_eq!(serde_json_canonicalizer::to_string(&number).unwrap(), text, "{bits}");
    }
}
