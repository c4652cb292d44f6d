//! Whatever is in a file: it is read or refused, and nothing stops.

use proptest::prelude::*;

use super::log::Log;
use crate::verifier::proof::Proof;
use crate::verifier::{Checkpoint, KeptCopy, Note, Policy, VerifierKey};

fn read_all(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for refused in [
        Note::parse(bytes).err(),
        KeptCopy::parse("the copy", bytes).err(),
        Policy::parse(bytes).err(),
        Proof::parse(bytes).err(),
        VerifierKey::parse(&text).err(),
        Checkpoint::parse(&text).err(),
    ] {
        assert!(refused.is_none_or(|malformed| malformed.to_string().len() < 200));
    }
}

/// What is almost right: the texts of a real log.
fn texts() -> Vec<Vec<u8>> {
    let log = Log::new(2, 1);
    let note = log.checkpoints().pop().unwrap();
    let policy = format!("log {}\nwitness a {0}\ngroup g all a\nquorum g\n", log.pinned());
    let proof = format!("c2sp.org/tlog-proof@v1\nextra AAAA\nindex 1\n\n{note}");
    [note, policy, proof, log.pinned()].map(String::into_bytes).to_vec()
}

proptest! {
    #[test]
    fn random_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_all(&bytes);
    }

    #[test]
    fn almost_right_texts_are_read_or_refused(
        which in 0_usize..4,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..4),
    ) {
        let mut bytes = texts().swap_remove(which);
        for (at, byte, kind) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => drop(bytes.remove(at)),
            }
        }
        read_all(&bytes);
    }
}
