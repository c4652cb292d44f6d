//! The key of a witness, and what it signs: C2SP tlog-cosignature, type 0x04.

use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::verifier::{Malformed, VerifierKey, base64};

const COSIGNATURE: u8 = 4;
/// The form of secret keys in golang.org/x/mod/sumdb/note, which other witnesses read too.
const SECRET: &str = "PRIVATE+KEY+";
const LONGEST_NAME: usize = 128;

/// A name and a secret key; wiped when dropped. No `Debug`: it signs in the witness's name.
pub struct WitnessKey {
    name: String,
    id: [u8; 4],
    signing: SigningKey,
}

impl WitnessKey {
    /// The key of this seed, which must be random.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, Malformed> {
        let fits = |byte: u8| byte.is_ascii_graphic() && byte != b'+';
        if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(fits) {
            return Err(Malformed::new(
                "a witness is named by an address without its scheme, such as witness.example.org/heron: at most 128 visible \
                 ASCII characters, without plus and without spaces",
            ));
        }
        let signing = SigningKey::from_bytes(seed);
        let id = key_id(name, &signing);
        Ok(Self { name: name.to_owned(), id, signing })
    }

    /// Reads the line of [`to_text`](Self::to_text).
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        const FORM: Malformed =
            Malformed::new("the secret key of a witness is one line, PRIVATE+KEY+NAME+ID+KEY");
        let line = text.strip_suffix('\n').unwrap_or(text);
        let mut parts = line.strip_prefix(SECRET).ok_or(FORM)?.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(FORM);
        };
        let bytes = Zeroizing::new(base64::decode(key).ok_or(FORM)?);
        let Some((&COSIGNATURE, seed)) = bytes.split_first() else { return Err(FORM) };
        let key = Self::new(name, seed.try_into().map_err(|_| FORM)?)?;
        if key.id_text() != id {
            return Err(Malformed::new(
                "the id in the secret key is not that of its name and key: it was changed",
            ));
        }
        Ok(key)
    }

    /// As it is stored: one line.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let bytes = Zeroizing::new([&[COSIGNATURE], self.signing.as_bytes().as_slice()].concat());
        let encoded = Zeroizing::new(base64::encode(&bytes));
        Zeroizing::new(format!("{SECRET}{}+{}+{}\n", self.name, self.id_text(), *encoded))
    }

    /// What others verify its cosignatures with.
    pub fn public(&self) -> Result<VerifierKey, Malformed> {
        let key = [&[COSIGNATURE], self.signing.verifying_key().as_bytes().as_slice()].concat();
        VerifierKey::parse(&format!("{}+{}+{}", self.name, self.id_text(), base64::encode(&key)))
    }

    /// The signature line below the text of a checkpoint: at this moment, in seconds since 1970, it was the newest that
    /// the witness has seen.
    #[must_use]
    pub fn cosign(&self, text: &str, at: u64) -> String {
        let signature = self.signing.sign(format!("cosignature/v1\ntime {at}\n{text}").as_bytes());
        let bytes = [self.id.as_slice(), &at.to_be_bytes(), &signature.to_bytes()].concat();
        format!("\u{2014} {} {}\n", self.name, base64::encode(&bytes))
    }

    fn id_text(&self) -> String {
        format!("{:08x}", u32::from_be_bytes(self.id))
    }
}

fn key_id(name: &str, key: &SigningKey) -> [u8; 4] {
    let hash = Sha256::new()
        .chain_update(name)
        .chain_update([b'\n', COSIGNATURE])
        .chain_update(key.verifying_key().as_bytes())
        .finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verifier::Note;
    use crate::verifier::key::Signed;

    const TEXT: &str =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    fn key() -> WitnessKey {
        WitnessKey::new("witness.example/heron", &[7; 32]).unwrap()
    }

    #[test]
    fn what_it_signs_is_verified_by_its_public_key_with_the_moment() {
        let line = key().cosign(TEXT, 1_679_315_147);
        let note = Note::parse(format!("{TEXT}\n{line}").as_bytes()).unwrap();
        assert_eq!(note.signatures()[0].bytes.len(), 72);
        assert_eq!(key().public().unwrap().verify(&note), Signed::Yes { at: Some(1_679_315_147) });
        let other = WitnessKey::new("witness.example/heron", &[8; 32]).unwrap();
        assert_eq!(other.public().unwrap().verify(&note), Signed::No);
    }

    #[test]
    fn it_is_read_as_it_was_stored_and_a_changed_line_is_refused() {
        let text = key().to_text();
        assert!(text.starts_with("PRIVATE+KEY+witness.example/heron+"));
        assert_eq!(WitnessKey::parse(&text).unwrap().to_text(), text);
        for (changed, told) in [
            (text.replace("heron", "crane"), "it was changed"),
            (text.replace("PRIVATE", "PUBLIC"), "one line"),
            (text[..text.len() - 2].to_owned(), "one line"),
            (String::new(), "one line"),
        ] {
            let refused = WitnessKey::parse(&changed).err().unwrap().to_string();
            assert!(refused.contains(told), "{refused}");
        }
    }

    #[test]
    fn a_name_is_one_that_every_verifier_takes() {
        for wrong in ["", "two words", "a+b", "line\n", "\u{2014}", &"x".repeat(129)] {
            assert!(WitnessKey::new(wrong, &[7; 32]).is_err(), "{wrong:?}");
        }
    }
}
