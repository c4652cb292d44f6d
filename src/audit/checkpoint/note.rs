//! Signed notes (C2SP signed-note) as the log makes them, and as it knows its own again.
//!
//! Whoever checks the log shares nothing with this file: `verifier` reads notes by code of its own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use super::LogOrigin;

/// "Ed25519 signatures as specified by this document".
const ED25519: u8 = 1;

/// The key as verifiers are given it: `name+key ID+base64`.
#[must_use]
pub fn verifier_key(origin: &LogOrigin, key: &VerifyingKey) -> String {
    let id = u32::from_be_bytes(key_id(origin, key));
    let encoded = STANDARD.encode([&[ED25519], key.as_bytes().as_slice()].concat());
    format!("{origin}+{id:08x}+{encoded}")
}

fn key_id(origin: &LogOrigin, key: &VerifyingKey) -> [u8; 4] {
    let hash = Sha256::new()
        .chain_update(origin.as_str())
        .chain_update([b'\n', ED25519])
        .chain_update(key.as_bytes())
        .finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

/// The note of a text that ends with a newline.
#[must_use]
pub(super) fn sign(text: &str, origin: &LogOrigin, key: &SigningKey) -> String {
    format!("{text}\n\u{2014} {origin} {}\n", signature(text, origin, key))
}

/// The signature alone, as it stands behind the name in a note.
#[must_use]
pub(super) fn signature(text: &str, origin: &LogOrigin, key: &SigningKey) -> String {
    let signature = key.sign(text.as_bytes());
    STANDARD.encode([key_id(origin, &key.verifying_key()).as_slice(), &signature.to_bytes()].concat())
}

/// The text of a note that one of these keys has signed, and which of them.
pub(super) fn open<'n, V: Copy>(
    note: &'n str,
    origin: &LogOrigin,
    mut keys: impl Iterator<Item = (V, VerifyingKey)>,
) -> Option<(&'n str, V)> {
    let end = note.rfind("\n\n")?;
    let (text, signatures) = (&note[..=end], &note[end + 2..]);
    let ours = format!("\u{2014} {origin} ");
    let signatures: Vec<Vec<u8>> = signatures
        .lines()
        .filter_map(|line| line.strip_prefix(&ours))
        .filter_map(|encoded| STANDARD.decode(encoded).ok())
        .collect();
    keys.find_map(|(version, key)| {
        let signed = signatures.iter().any(|bytes| {
            let Some((id, signature)) = bytes.split_at_checked(4) else { return false };
            id == key_id(origin, &key)
                && Signature::from_slice(signature)
                    .is_ok_and(|signature| key.verify_strict(text.as_bytes(), &signature).is_ok())
        });
        signed.then_some((text, version))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(name: &str) -> LogOrigin {
        name.parse().unwrap()
    }

    #[test]
    fn a_note_is_opened_by_its_own_key_and_name_alone() {
        let (key, other) = (SigningKey::from_bytes(&[7; 32]), SigningKey::from_bytes(&[8; 32]));
        let log = origin("log.example.org/river");
        let note = sign("log.example.org/river\n3\nroot\n", &log, &key);
        let keys = || [(2, other.verifying_key()), (1, key.verifying_key())].into_iter();
        assert_eq!(open(&note, &log, keys()), Some(("log.example.org/river\n3\nroot\n", 1)));
        assert_eq!(open(&note, &log, keys().take(1)), None);
        assert_eq!(open(&note, &origin("log.example.org/lake"), keys()), None);
        assert_eq!(open(&note.replace("\n3\n", "\n4\n"), &log, keys()), None);
        for broken in ["", "\n\n", "text\n", "text\n\n\u{2014} log.example.org/river AAAA\n"] {
            assert_eq!(open(broken, &log, keys()), None);
        }
    }

    /// The note and the key in the examples of golang.org/x/mod/sumdb/note, which the specification took over.
    #[test]
    fn the_published_note_is_opened_and_its_key_is_written_as_published() {
        let published = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let key = STANDARD.decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").unwrap();
        let key = VerifyingKey::from_bytes(key[1..].try_into().unwrap()).unwrap();
        let name = origin("PeterNeumann");
        assert_eq!(verifier_key(&name, &key), published);
        let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
        let note = format!(
            "{text}\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
        );
        assert_eq!(open(&note, &name, [((), key)].into_iter()), Some((text, ())));
    }
}
