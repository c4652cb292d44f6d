//! A key that signs.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;

use crate::crypto::primitives;

/// An Ed25519 key that signs, with the name that a verifier looks it up by.
pub struct SigningKeyVersion {
    /// Base64url of the first half of the SHA-256 of the public key. RFC 7638 hashes a JSON form of
    /// the same 32 bytes; this says as much (the key alone decides it; 128 bits do not collide by
    /// chance) in 22 characters and without a JSON form to agree on.
    pub kid: String,
    /// The key itself; `verifying_key()` is its public half.
    pub key: SigningKey,
}

impl SigningKeyVersion {
    pub(super) fn new(key: SigningKey) -> Self {
        let hash = primitives::sha256(key.verifying_key().as_bytes());
        Self { kid: URL_SAFE_NO_PAD.encode(&hash[..16]), key }
    }
}
