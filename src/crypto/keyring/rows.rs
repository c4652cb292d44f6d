//! Keys as they are stored: wrapped, and bound to what they are for.

use super::KeyPurpose;
use crate::access::actor::CaseId;
use crate::crypto::error::{KeyError, SealError};
use crate::crypto::secret::Secret;
use crate::crypto::{RootKey, associated_data, envelope};
use crate::db::types::CodeList as _;

/// A row of the `keyring` table.
pub struct WrappedKey {
    /// What the key is for.
    pub purpose: KeyPurpose,
    /// From 1; the highest that is in use is the current one.
    pub version: i32,
    /// The key in an envelope under the root key.
    pub wrapped: Vec<u8>,
    /// The same in an envelope under the version before it, while servers run that may not know it: they hold that
    /// version, and no root key.
    pub handover: Option<Vec<u8>>,
    /// Whether it is used yet. Every server knows a version before any uses it.
    pub is_in_use: bool,
}

/// A row of the `case_keys` table.
pub struct WrappedCaseKey {
    /// The case.
    pub case_id: CaseId,
    /// Which version of the case-wrapping key wraps it.
    pub key_version: i32,
    /// The key in an envelope.
    pub wrapped: Vec<u8>,
}

pub(in crate::crypto) fn key_place(database_id: &str, purpose: KeyPurpose, version: i32) -> Vec<u8> {
    place("waystation keyring v1", database_id, purpose, version)
}

pub(in crate::crypto) fn handover_place(database_id: &str, purpose: KeyPurpose, version: i32) -> Vec<u8> {
    place("waystation key handover v1", database_id, purpose, version)
}

fn place(what: &str, database_id: &str, purpose: KeyPurpose, version: i32) -> Vec<u8> {
    let parts = [database_id.as_bytes(), purpose.code().as_bytes(), &version.to_be_bytes()];
    associated_data::encode(what, &parts)
}

pub(in crate::crypto) fn case_key_place(case: &CaseId) -> Vec<u8> {
    associated_data::encode("waystation case key v1", &[case.as_str().as_bytes()])
}

/// A key that is in use, or about to be, under the root key.
pub(super) fn wrap(
    root: &RootKey,
    database_id: &str,
    purpose: KeyPurpose,
    version: i32,
    secret: &Secret,
) -> Result<WrappedKey, KeyError> {
    let place = key_place(database_id, purpose, version);
    let wrapped = envelope::seal(root.secret(), version, &place, secret.bytes()).map_err(KeyError::Wrap)?;
    Ok(WrappedKey { purpose, version, wrapped, handover: None, is_in_use: true })
}

pub(super) fn unwrap(root: &RootKey, database_id: &str, row: &WrappedKey) -> Result<Secret, SealError> {
    let place = key_place(database_id, row.purpose, row.version);
    let bytes = envelope::open(root.secret(), row.version, &place, &row.wrapped)?;
    Secret::from_slice(&bytes).ok_or(SealError::DoesNotOpen)
}
