//! The published algorithms, each called in one way. The published vectors below run through the same
//! calls as every sealed value.

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::error::SealError;

pub(super) const NONCE_LEN: usize = 24;
pub(super) const TAG_LEN: usize = 16;

/// HKDF-SHA256 (RFC 5869), extract and expand.
#[expect(clippy::expect_used, reason = "the length is checked when compiling")]
pub(super) fn hkdf_sha256<const N: usize>(salt: &[u8], key: &[u8], info: &[&[u8]]) -> Zeroizing<[u8; N]> {
    const { assert!(N <= 255 * 32, "HKDF-SHA256 gives at most 8160 bytes") };
    let mut output = Zeroizing::new([0; N]);
    hkdf::Hkdf::<Sha256>::new(Some(salt), key)
        .expand_multi_info(info, &mut output[..])
        .expect("short enough");
    output
}

/// HMAC-SHA256 (RFC 2104).
pub(super) fn hmac_sha256(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new(&hmac_key(key));
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// HMAC fills a short key up with zeros to the block of the hash (RFC 2104, section 2).
fn hmac_key(key: &[u8; 32]) -> hmac::digest::Key<Hmac<Sha256>> {
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    block[..key.len()].copy_from_slice(key);
    block
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// XChaCha20-Poly1305: encrypts in place and returns the tag.
pub(super) fn encrypt(
    key: &[u8; 32],
    nonce: &[u8; NONCE_LEN],
    associated_data: &[u8],
    text: &mut [u8],
) -> Result<[u8; TAG_LEN], SealError> {
    let cipher = XChaCha20Poly1305::new(<&Key>::from(key));
    let tag = cipher.encrypt_inout_detached(<&XNonce>::from(nonce), associated_data, text.into());
    tag.map(Into::into).map_err(|_| SealError::TooLong)
}

/// XChaCha20-Poly1305: decrypts in place what [`encrypt`] made, and nothing else.
pub(super) fn decrypt(
    key: &[u8; 32],
    nonce: &[u8; NONCE_LEN],
    associated_data: &[u8],
    text: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> Result<(), SealError> {
    let cipher = XChaCha20Poly1305::new(<&Key>::from(key));
    let nonce = <&XNonce>::from(nonce);
    let tag = <&chacha20poly1305::Tag>::from(tag);
    cipher
        .decrypt_inout_detached(nonce, associated_data, text.into(), tag)
        .map_err(|_| SealError::DoesNotOpen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::known_answers::from_hex;

    /// RFC 5869, appendix A.1.
    #[test]
    fn hkdf_gives_the_published_key() {
        let salt = from_hex("000102030405060708090a0b0c");
        let info = from_hex("f0f1f2f3f4f5f6f7f8f9");
        let expected =
            from_hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
        assert_eq!(hkdf_sha256::<42>(&salt, &[0x0b; 22], &[&info])[..], expected);
        assert_eq!(hkdf_sha256::<42>(&salt, &[0x0b; 22], &[&info[..3], &info[3..]])[..], expected);
    }

    /// draft-irtf-cfrg-xchacha-03, appendix A.3.1.
    #[test]
    fn xchacha20_poly1305_gives_the_published_ciphertext() {
        let plaintext = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip \
            for the future, sunscreen would be it.";
        let aad = from_hex("50515253c0c1c2c3c4c5c6c7");
        let key = from_hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
        let nonce = from_hex("404142434445464748494a4b4c4d4e4f5051525354555657");
        let (key, nonce) = (key.try_into().unwrap(), nonce.try_into().unwrap());

        let mut text = plaintext.to_vec();
        let tag = encrypt(&key, &nonce, &aad, &mut text).unwrap();
        let expected = from_hex(
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39\
             ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9\
             21f9664c97637da9768812f615c68b13b52e",
        );
        assert_eq!(text, expected);
        assert_eq!(tag[..], from_hex("c0875924c1c7987947deafd8780acf49"));

        decrypt(&key, &nonce, &aad, &mut text, &tag).unwrap();
        assert_eq!(text, plaintext);
    }

    /// RFC 4231 has no key of exactly 32 bytes; its test case 2 is the same key after the zero fill.
    #[test]
    fn hmac_gives_the_published_code() {
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let expected = from_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert_eq!(hmac_sha256(&key, b"what do ya want for nothing?")[..], expected);
    }
}
