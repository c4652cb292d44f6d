//! Proofs that one entry is in a log.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::log::{Log, checkpoint, leaf, root, signing_key, vkey};
use crate::verifier::VerifierKey;
use crate::verifier::proof::{NotShown, Proof};

/// The proof of the third of five entries: its sibling, the pair to the left, the one to the right.
fn proof(log: &Log) -> String {
    let leaves: Vec<[u8; 32]> = log.entries.iter().map(|entry| leaf(entry)).collect();
    let hashes = [leaves[3], root(&leaves[..2]), leaves[4]].map(|hash| STANDARD.encode(hash) + "\n").concat();
    format!("c2sp.org/tlog-proof@v1\nindex 2\n{hashes}\n{}", checkpoint(&log.entries, &log.keys[0]))
}

fn verified(text: &str, entry: &[u8], keys: &[VerifierKey]) -> Result<u64, NotShown> {
    Proof::parse(text.as_bytes()).unwrap().verify(entry, keys).map(|included| included.position)
}

#[test]
fn a_proof_shows_its_entry_and_no_other() {
    let log = Log::new(5, 7);
    let keys = [VerifierKey::parse(&log.pinned()).unwrap()];
    let text = proof(&log);
    assert_eq!(verified(&text, &log.entries[2], &keys), Ok(2));
    let with_extra = text.replace("index", "extra AAAA\nindex");
    assert_eq!(verified(&with_extra, &log.entries[2], &keys), Ok(2));
    assert_eq!(verified(&text, &log.entries[3], &keys), Err(NotShown::NotIncluded));
    let moved = text.replace("index 2", "index 3");
    assert_eq!(verified(&moved, &log.entries[2], &keys), Err(NotShown::NotIncluded));
    let other = [VerifierKey::parse(&vkey(&signing_key(9, 9))).unwrap()];
    assert_eq!(verified(&text, &log.entries[2], &other), Err(NotShown::NotSigned));
    assert_eq!(verified(&text, &log.entries[2], &[]), Err(NotShown::NotSigned));
    let edited = text.replace("\n5\n", "\n6\n");
    assert_eq!(verified(&edited, &log.entries[2], &keys), Err(NotShown::SignedFalsely));
}

#[test]
fn what_is_no_proof_is_refused_with_what_it_would_be() {
    let text = proof(&Log::new(5, 7));
    for (old, new, told) in [
        ("@v1", "@v2", "the first line"),
        ("index 2", "index 02", "`index NUMBER`"),
        ("index 2\n", "", "`index NUMBER`"),
        ("index", "extra A\nindex", "base64"),
        ("index 2\n", "index 2\nAAAA\n", "32 bytes"),
        ("\n\n", "\n", "at most 64 lines"),
        ("\u{2014}", "-", "em dash"),
    ] {
        let refused = Proof::parse(text.replacen(old, new, 1).as_bytes()).unwrap_err().to_string();
        assert!(refused.contains(told), "{new}: {refused}");
    }
    let many =
        text.replace("index 2\n", &format!("index 2\n{}", (STANDARD.encode([0; 32]) + "\n").repeat(62)));
    assert!(Proof::parse(many.as_bytes()).unwrap_err().to_string().contains("at most 64"));
}
