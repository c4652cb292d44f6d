//! THE stored form of everything that is encrypted: wrapped keys, case keys, sealed values, answers.
//!
//! | bytes | what |
//! | --- | --- |
//! | 1 | format version, 1 |
//! | 4 | version of the key, big-endian |
//! | 24 | nonce, random |
//! | 32 | key commitment |
//! | rest | ciphertext and its 16-byte tag, XChaCha20-Poly1305 |
//!
//! Poly1305 does not commit: one ciphertext can be made that opens under two keys to two texts. So, as
//! in the committing suites of the AWS Encryption SDK, HKDF-SHA256 derives from the key, with the nonce
//! as salt, both the key that encrypts and a commitment that is stored. Ours goes one step further: the
//! commitment's `info` also holds the header and the associated data. HKDF is HMAC-SHA256 twice over
//! inputs of unambiguous length, so two different sets of key, nonce and associated data with the same
//! commitment are a collision of SHA-256. It is compared in constant time before anything is decrypted.
//!
//! Keys are versioned so that they can be rotated; a format version that this program does not know
//! is told apart from damage, because it means "upgrade", not "restore".

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::error::SealError;
use super::primitives::{self, NONCE_LEN, TAG_LEN};
use super::random;
use super::secret::Secret;

const FORMAT: u8 = 1;
const VERSION_LEN: usize = 4;
const COMMITMENT_LEN: usize = 32;
const ENCRYPTION: &[u8] = b"waystation envelope v1 encryption";
const COMMITMENT: &[u8] = b"waystation envelope v1 commitment";

/// What an envelope adds to the length of its text.
pub const OVERHEAD: usize = 1 + VERSION_LEN + NONCE_LEN + COMMITMENT_LEN + TAG_LEN;

/// The keys of one envelope, and the header and associated data that both authenticate.
pub(super) struct Derived {
    pub encryption: Zeroizing<[u8; 32]>,
    pub commitment: Zeroizing<[u8; COMMITMENT_LEN]>,
    pub bound: Vec<u8>,
}

pub(super) fn derive(
    key: &Secret,
    key_version: i32,
    nonce: &[u8; NONCE_LEN],
    associated_data: &[u8],
) -> Derived {
    let bound = [&[FORMAT], &key_version.to_be_bytes()[..], associated_data].concat();
    Derived {
        encryption: primitives::hkdf_sha256(nonce, key.bytes(), &[ENCRYPTION]),
        commitment: primitives::hkdf_sha256(nonce, key.bytes(), &[COMMITMENT, &bound]),
        bound,
    }
}

pub(super) fn seal(
    key: &Secret,
    key_version: i32,
    associated_data: &[u8],
    text: &[u8],
) -> Result<Vec<u8>, SealError> {
    seal_with_nonce(key, key_version, associated_data, text, &random::bytes())
}

/// Apart from [`seal`] for the known answers alone: a nonce used twice would give both texts away.
pub(super) fn seal_with_nonce(
    key: &Secret,
    key_version: i32,
    associated_data: &[u8],
    text: &[u8],
    nonce: &[u8; NONCE_LEN],
) -> Result<Vec<u8>, SealError> {
    let derived = derive(key, key_version, nonce, associated_data);
    let mut sealed = Vec::with_capacity(OVERHEAD + text.len());
    sealed.push(FORMAT);
    sealed.extend_from_slice(&key_version.to_be_bytes());
    sealed.extend_from_slice(nonce);
    sealed.extend_from_slice(&derived.commitment[..]);
    let header_len = sealed.len();
    sealed.extend_from_slice(text);
    let tag = primitives::encrypt(&derived.encryption, nonce, &derived.bound, &mut sealed[header_len..])?;
    sealed.extend_from_slice(&tag);
    Ok(sealed)
}

/// Opens what [`seal`] made with the same key, version and associated data.
pub(super) fn open(
    key: &Secret,
    key_version: i32,
    associated_data: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let parts = Parts::read(sealed)?;
    if parts.key_version != key_version {
        return Err(SealError::DoesNotOpen);
    }
    let derived = derive(key, key_version, parts.nonce, associated_data);
    if !bool::from(derived.commitment.ct_eq(parts.commitment)) {
        return Err(SealError::DoesNotOpen);
    }
    let mut text = Zeroizing::new(parts.ciphertext.to_vec());
    primitives::decrypt(&derived.encryption, parts.nonce, &derived.bound, &mut text, parts.tag)?;
    Ok(text)
}

/// The version of the key that an envelope says it needs; not to be believed until it opens.
pub(super) fn key_version(sealed: &[u8]) -> Result<i32, SealError> {
    Parts::read(sealed).map(|parts| parts.key_version)
}

/// The same, for whoever only wants to know whether a version is still needed.
pub(crate) fn version_of(sealed: &[u8]) -> Option<i32> {
    key_version(sealed).ok()
}

struct Parts<'a> {
    key_version: i32,
    nonce: &'a [u8; NONCE_LEN],
    commitment: &'a [u8; COMMITMENT_LEN],
    ciphertext: &'a [u8],
    tag: &'a [u8; TAG_LEN],
}

impl<'a> Parts<'a> {
    fn read(sealed: &'a [u8]) -> Result<Self, SealError> {
        match sealed.first() {
            Some(&FORMAT) => Self::split(&sealed[1..]).ok_or(SealError::DoesNotOpen),
            Some(&newer) if newer > FORMAT => Err(SealError::NewerFormat(newer)),
            _ => Err(SealError::DoesNotOpen),
        }
    }

    fn split(rest: &'a [u8]) -> Option<Self> {
        let (key_version, rest) = rest.split_first_chunk::<VERSION_LEN>()?;
        let (nonce, rest) = rest.split_first_chunk()?;
        let (commitment, rest) = rest.split_first_chunk()?;
        let (ciphertext, tag) = rest.split_last_chunk()?;
        Some(Self { key_version: i32::from_be_bytes(*key_version), nonce, commitment, ciphertext, tag })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sealed() -> (Secret, Vec<u8>) {
        let key = Secret::generate();
        let sealed = seal(&key, 7, b"here", b"what is said").unwrap();
        (key, sealed)
    }

    #[test]
    fn it_opens_with_its_key_version_and_place_and_nothing_else() {
        let (key, sealed) = sealed();
        assert_eq!(sealed.len(), OVERHEAD + b"what is said".len());
        assert_eq!(key_version(&sealed), Ok(7));
        assert_eq!(open(&key, 7, b"here", &sealed).unwrap()[..], *b"what is said");
        assert_eq!(open(&key, 8, b"here", &sealed), Err(SealError::DoesNotOpen));
        assert_eq!(open(&key, 7, b"there", &sealed), Err(SealError::DoesNotOpen));
        assert_eq!(open(&key, 7, b"", &sealed), Err(SealError::DoesNotOpen));
        assert_eq!(open(&Secret::generate(), 7, b"here", &sealed), Err(SealError::DoesNotOpen));
    }

    #[test]
    fn no_flipped_bit_opens() {
        let (key, sealed) = sealed();
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let error = open(&key, 7, b"here", &changed).unwrap_err();
            let expected =
                if changed[0] > FORMAT { SealError::NewerFormat(changed[0]) } else { SealError::DoesNotOpen };
            assert_eq!(error, expected, "bit {bit}");
        }
    }

    #[test]
    fn nothing_cut_or_added_opens() {
        let (key, sealed) = sealed();
        for len in 0..sealed.len() {
            assert_eq!(open(&key, 7, b"here", &sealed[..len]), Err(SealError::DoesNotOpen), "{len} bytes");
        }
        assert_eq!(open(&key, 7, b"here", &[&sealed[..], &[0]].concat()), Err(SealError::DoesNotOpen));
    }

    #[test]
    fn a_newer_format_is_told_apart() {
        assert_eq!(key_version(&[2]), Err(SealError::NewerFormat(2)));
        assert_eq!(key_version(&[0; 100]), Err(SealError::DoesNotOpen));
    }

    /// The tag alone would let it pass: it is right for the encryption key, only the commitment is not.
    #[test]
    fn a_right_tag_under_a_wrong_commitment_is_refused() {
        let key = Secret::generate();
        let nonce = random::bytes();
        let mut sealed = seal_with_nonce(&key, 1, b"here", b"text", &nonce).unwrap();
        let other = derive(&Secret::generate(), 1, &nonce, b"here");
        sealed[29..61].copy_from_slice(&other.commitment[..]);
        assert_eq!(open(&key, 1, b"here", &sealed), Err(SealError::DoesNotOpen));
    }

    #[test]
    fn a_commitment_names_key_nonce_version_and_place() {
        let (key, nonce, other_nonce) = (Secret::generate(), random::bytes(), random::bytes());
        let commitment =
            |key: &Secret, version, nonce, place: &[u8]| *derive(key, version, nonce, place).commitment;
        let one = commitment(&key, 1, &nonce, b"here");
        assert_eq!(one, commitment(&key, 1, &nonce, b"here"));
        assert_ne!(one, commitment(&Secret::generate(), 1, &nonce, b"here"));
        assert_ne!(one, commitment(&key, 2, &nonce, b"here"));
        assert_ne!(one, commitment(&key, 1, &other_nonce, b"here"));
        assert_ne!(one, commitment(&key, 1, &nonce, b"there"));
    }

    proptest! {
        #[test]
        fn every_text_comes_back(
            text in prop::collection::vec(any::<u8>(), 0..2_000),
            place in prop::collection::vec(any::<u8>(), 0..100),
            version in 1..i32::MAX,
        ) {
            let key = Secret::generate();
            let sealed = seal(&key, version, &place, &text).unwrap();
            prop_assert_eq!(&open(&key, version, &place, &sealed).unwrap()[..], &text[..]);
        }

        #[test]
        fn no_bytes_open_or_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(open(&Secret::generate(), 1, b"", &bytes).is_err());
        }
    }
}
