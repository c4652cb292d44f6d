//! Keys that verify notes, written as in C2SP signed-note: `name+id+base64(type || key)`.

use ed25519_dalek::{Signature as Ed25519Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};

use super::base64;
use super::malformed::Malformed;
use super::note::{Note, Signature, is_key_name};

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyType {
    /// 0x01: the text of the note.
    Log,
    /// 0x04: the text with the moment at which a witness saw it (C2SP tlog-cosignature).
    Witness,
}

/// A key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    key_type: KeyType,
    key: VerifyingKey,
}

/// What a key says of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// It signed it; a witness says when, in seconds since 1970.
    Yes {
        /// When, by a witness.
        at: Option<u64>,
    },
    /// The note bears no signature of this key.
    No,
    /// The note bears a signature in the name of this key that is not by it.
    Falsely,
}

impl VerifierKey {
    /// Reads a key.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        const FORM: Malformed = Malformed::new(
            "a verifier key is NAME+ID+KEY: the name, eight digits of lower-case hexadecimal, and base64",
        );
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(FORM);
        };
        let bytes = base64::decode(key).ok_or(FORM)?;
        if !is_key_name(name) {
            return Err(FORM);
        }
        let Some((kind, key)) = bytes.split_first() else { return Err(FORM) };
        let key_type = match kind {
            1 => KeyType::Log,
            4 => KeyType::Witness,
            _ => return Err(Malformed::new("a verifier key is Ed25519: of type 0x01, or 0x04 of a witness")),
        };
        let key: &[u8; 32] =
            key.try_into().map_err(|_| Malformed::new("a verifier key of Ed25519 has 32 bytes"))?;
        let right: String = key_id(name, &bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        if id != right {
            return Err(Malformed::new("the id in the verifier key is not that of its name and key"));
        }
        let key = VerifyingKey::from_bytes(key)
            .ok()
            .filter(|key| !key.is_weak())
            .ok_or(Malformed::new("the verifier key is no key of Ed25519 that binds anybody"))?;
        Ok(Self { name: name.to_owned(), id: key_id(name, &bytes), key_type, key })
    }

    /// Its name; a log's is the origin of its checkpoints.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    #[must_use]
    pub fn key_type(&self) -> KeyType {
        self.key_type
    }

    /// The key itself, by which two names of one key are told to be one.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// Whether it signed the note. Any false signature in its name makes it `Falsely`.
    #[must_use]
    pub fn verify(&self, note: &Note) -> Signed {
        let mut signed = Signed::No;
        for line in note.signatures().iter().filter(|line| self.signs_as(line)) {
            match self.verify_line(note.text(), line) {
                Some(at) => signed = Signed::Yes { at },
                None => return Signed::Falsely,
            }
        }
        signed
    }

    /// Whether a signature line is in the name of this key.
    #[must_use]
    pub fn signs_as(&self, line: &Signature) -> bool {
        line.name == self.name && line.key_id == self.id
    }

    fn verify_line(&self, text: &str, line: &Signature) -> Option<Option<u64>> {
        let (message, signature, at) = match self.key_type {
            KeyType::Log => (text.to_owned(), line.bytes.as_slice(), None),
            KeyType::Witness => {
                let (moment, signature) = line.bytes.split_first_chunk()?;
                let at = u64::from_be_bytes(*moment);
                i64::try_from(at).ok()?;
                (format!("cosignature/v1\ntime {at}\n{text}"), signature, Some(at))
            }
        };
        let signature = Ed25519Signature::from_slice(signature).ok()?;
        self.key.verify_strict(message.as_bytes(), &signature).ok()?;
        Some(at)
    }
}

impl std::fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.key_type {
            KeyType::Log => 1,
            KeyType::Witness => 4,
        };
        let key = base64::encode(&[&[kind], self.key.as_bytes().as_slice()].concat());
        write!(f, "{}+{:08x}+{key}", self.name, u32::from_be_bytes(self.id))
    }
}

/// The first four bytes of SHA-256 over name, end of line, type and key.
fn key_id(name: &str, type_and_key: &[u8]) -> [u8; 4] {
    let hash = Sha256::new().chain_update(name).chain_update("\n").chain_update(type_and_key).finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer as _, SigningKey};

    use super::*;

    fn vkey(name: &str, kind: u8, key: &[u8]) -> String {
        let bytes = [&[kind], key].concat();
        let id = u32::from_be_bytes(key_id(name, &bytes));
        format!("{name}+{id:08x}+{}", base64::encode(&bytes))
    }

    fn signing() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn key(kind: u8) -> VerifierKey {
        VerifierKey::parse(&vkey("log.example", kind, signing().verifying_key().as_bytes())).unwrap()
    }

    fn line(key: &VerifierKey, signature: &[u8]) -> String {
        format!("\u{2014} log.example {}\n", base64::encode(&[key.id.as_slice(), signature].concat()))
    }

    #[test]
    fn a_key_is_written_as_it_was_read() {
        let text = vkey("log.example", 1, signing().verifying_key().as_bytes());
        assert_eq!(VerifierKey::parse(&text).unwrap().to_string(), text);
    }

    #[test]
    fn what_is_no_key_is_refused_with_its_reason() {
        let good = vkey("log.example", 1, signing().verifying_key().as_bytes());
        for (text, told) in [
            (String::new(), "NAME+ID+KEY"),
            ("log.example".to_owned(), "NAME+ID+KEY"),
            (good.replace("log.example", "log.sample"), "is not that of its name"),
            (good.replace("log.example", "log example"), "NAME+ID+KEY"),
            (vkey("log.example", 2, &[1; 32]), "is Ed25519"),
            (vkey("log.example", 1, &[1; 31]), "has 32 bytes"),
            (vkey("log.example", 1, &[0; 32]), "binds anybody"),
        ] {
            let refused = VerifierKey::parse(&text).unwrap_err().to_string();
            assert!(refused.contains(told), "{text}: {refused}");
        }
    }

    #[test]
    fn a_log_signs_the_text_and_a_witness_the_text_with_its_moment() {
        let (log, witness) = (key(1), key(4));
        let by_log = signing().sign(b"a\n").to_bytes();
        let at = 1_700_000_000_u64.to_be_bytes();
        let by_witness = signing().sign(b"cosignature/v1\ntime 1700000000\na\n").to_bytes();
        let by_witness = [at.as_slice(), &by_witness].concat();
        let note = format!("a\n\n{}{}", line(&log, &by_log), line(&witness, &by_witness));
        let note = Note::parse(note.as_bytes()).unwrap();
        assert_eq!(log.verify(&note), Signed::Yes { at: None });
        assert_eq!(witness.verify(&note), Signed::Yes { at: Some(1_700_000_000) });
    }

    #[test]
    fn a_signature_by_nobody_is_false_and_one_by_another_is_none() {
        let log = key(1);
        let by_log = signing().sign(b"a\n").to_bytes();
        let good = format!("a\n\n{}", line(&log, &by_log));
        let other = Note::parse(good.replace("log.example", "log.sample").as_bytes()).unwrap();
        assert_eq!(log.verify(&other), Signed::No);
        assert_eq!(key(4).verify(&Note::parse(good.as_bytes()).unwrap()), Signed::No);
        for note in [
            good.replace("a\n\n", "b\n\n"),
            format!("a\n\n{}", line(&log, &[1; 64])),
            format!("a\n\n{}", line(&log, &[1; 63])),
            format!("{good}{}", line(&log, &[1; 64])),
        ] {
            assert_eq!(log.verify(&Note::parse(note.as_bytes()).unwrap()), Signed::Falsely, "{note}");
        }
    }

    #[test]
    fn a_moment_beyond_all_time_is_no_cosignature() {
        let witness = key(4);
        let at = u64::MAX;
        let signature = signing().sign(format!("cosignature/v1\ntime {at}\na\n").as_bytes()).to_bytes();
        let signature = [at.to_be_bytes().as_slice(), &signature].concat();
        let note = Note::parse(format!("a\n\n{}", line(&witness, &signature)).as_bytes()).unwrap();
        assert_eq!(witness.verify(&note), Signed::Falsely);
    }
}
