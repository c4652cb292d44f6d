//! Base64 as the C2SP formats have it: RFC 4648, section 4, in the one canonical form.

use ::base64::Engine as _;
use ::base64::engine::general_purpose::STANDARD;

use super::merkle::Hash;

/// The bytes; `None` for another alphabet, missing padding, or bits that no byte uses.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// A hash.
pub(crate) fn decode_hash(text: &str) -> Option<Hash> {
    decode(text)?.try_into().ok()
}

/// As text.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
