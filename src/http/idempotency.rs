//! The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header) and what it stands for.

use actix_web::HttpMessage as _;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::web::Bytes;
use sha2::{Digest, Sha256};

use crate::crypto::Keyring;
use crate::error::{Error, Result};

/// Name of the header.
pub const HEADER: &str = "Idempotency-Key";
const LONGEST: usize = 64;

/// A key and the fingerprint of the request it was sent with.
#[derive(Clone)]
pub struct IdempotencyKey {
    text: String,
    fingerprint: [u8; 32],
    /// The same under the keys that are not current, of which there are mostly none.
    others: Vec<[u8; 32]>,
}

impl IdempotencyKey {
    /// The key as sent.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A keyed hash over address, precondition and body: a plain one would let whoever has the disk test
    /// what they guess of a body, a password among it.
    #[must_use]
    pub fn fingerprint(&self) -> &[u8] {
        &self.fingerprint
    }

    /// Whether it is the fingerprint of this request, as it is made now or was made under another key.
    #[must_use]
    pub fn is_fingerprint(&self, kept: &[u8]) -> bool {
        std::iter::once(&self.fingerprint).chain(&self.others).any(|fingerprint| fingerprint == kept)
    }
}

/// Takes the key of a POST; reads its body for the fingerprint and puts it back.
pub(super) async fn take(request: &mut ServiceRequest, keyring: &Keyring) -> Result<Option<IdempotencyKey>> {
    let Some(value) = request.headers().get(HEADER).cloned() else { return Ok(None) };
    if request.method() != Method::POST {
        return Ok(None);
    }
    let text = value
        .to_str()
        .ok()
        .map(|text| text.trim_matches('"').to_owned())
        .filter(|text| {
            (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        })
        .ok_or_else(|| {
            Error::malformed_field(
                HEADER,
                "An idempotency key has 1 to 64 visible ASCII characters, such as a UUID.",
            )
        })?;
    let body = request.extract::<Bytes>().await.map_err(|error| super::body::payload_error(&error))?;
    let condition =
        request.headers().get("If-Match").map(|value| value.as_bytes().to_vec()).unwrap_or_default();
    let mut hash = Sha256::new();
    for part in [request.uri().path().as_bytes(), request.query_string().as_bytes(), &condition, &body] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let message = [b"waystation request fingerprint v1".as_slice(), &hash.finalize()].concat();
    let fingerprint = keyring.refresh_token_mac(&message);
    let others = keyring.other_refresh_token_macs(&message);
    request.set_payload(actix_web::dev::Payload::from(body));
    Ok(Some(IdempotencyKey { text, fingerprint, others }))
}
