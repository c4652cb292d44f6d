//! The key of one case, and sealing with it. Opening is in [`sealed`](super::sealed): it needs a receipt.
//!
//! Every table and column has a key of its own, derived by HKDF-SHA256, so that the places of a case
//! share no key; destroying the case key destroys them all.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::buffer::WipedBuffer;
use super::error::SealError;
use super::secret::Secret;
use super::{Ciphertext, Place, associated_data, envelope, padding, primitives};
use crate::access::actor::CaseId;

/// A case has one key for life; the number leaves room for a second.
const CASE_KEY_VERSION: i32 = 1;

/// Allowed in a sealed column. Implemented by hand for each type, so that sealing is a decision.
pub trait SealedContent: Serialize + DeserializeOwned {}

/// The key of one case, wiped when dropped.
pub struct CaseKey {
    case: CaseId,
    secret: Secret,
}

impl CaseKey {
    pub(super) fn new(case: CaseId, secret: Secret) -> Self {
        Self { case, secret }
    }

    /// The case that it is the key of.
    #[must_use]
    pub fn case(&self) -> &CaseId {
        &self.case
    }

    /// Seals `content` for `place`, padded to one of a few sizes.
    pub fn seal<T: SealedContent>(&self, place: &Place, content: &T) -> Result<Ciphertext, SealError> {
        if place.case() != &self.case {
            return Err(SealError::WrongCase);
        }
        let mut json = WipedBuffer::new();
        serde_json::to_writer(&mut json, content).map_err(|_| SealError::NotWritable)?;
        let padded = padding::pad(json.as_slice())?;
        let key = self.column_key(place);
        envelope::seal(&key, CASE_KEY_VERSION, &place.associated_data(), &padded).map(Ciphertext::new)
    }

    pub(super) fn open<T: SealedContent>(&self, place: &Place, sealed: &Ciphertext) -> Result<T, SealError> {
        let key = self.column_key(place);
        let padded = envelope::open(&key, CASE_KEY_VERSION, &place.associated_data(), sealed.as_bytes())?;
        serde_json::from_slice(padding::unpad(&padded)?).map_err(|_| SealError::NotReadable)
    }

    pub(super) fn column_key(&self, place: &Place) -> Secret {
        let column = [place.table().as_bytes(), place.column().as_bytes()];
        let info = associated_data::encode("waystation column key v1", &column);
        Secret::new(&primitives::hkdf_sha256(&[], self.secret.bytes(), &[&info]))
    }
}
