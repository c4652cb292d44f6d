//! Which versions of keys there are, and how far a rotation is.

use serde::Serialize;
use utoipa::ToSchema;

use crate::cases;
use crate::crypto::KeyPurpose;
use crate::db::Tx;
use crate::db::keyring_rows::{self, KeyRow};
use crate::db::types::Timestamp;
use crate::error::Result;

/// Every key of the keyring.
#[derive(Serialize, ToSchema, Debug)]
#[schema(example = json!({
    "keys": [{"purpose": "case_wrapping", "versions": [
        {"version": 1, "state": "older", "created_at": "2026-01-10T09:00:00.000000Z",
         "active_from": "2026-01-10T09:00:00.000000Z", "retired_at": null},
        {"version": 2, "state": "current", "created_at": "2026-08-01T09:00:00.000000Z",
         "active_from": "2026-08-01T09:00:10.000000Z", "retired_at": null}
    ]}],
    "case_keys_to_rewrap": 71200
}))]
pub struct KeyringStatus {
    /// By purpose.
    pub keys: Vec<KeyStatus>,
    /// How many keys of cases are still wrapped by an older version.
    pub case_keys_to_rewrap: i64,
}

/// One key.
#[derive(Serialize, ToSchema, Debug)]
#[schema(example = json!({"purpose": "token_signing", "versions": [
    {"version": 1, "state": "current", "created_at": "2026-01-10T09:00:00.000000Z",
     "active_from": "2026-01-10T09:00:00.000000Z", "retired_at": null}
]}))]
pub struct KeyStatus {
    /// What it is for.
    pub purpose: KeyPurpose,
    /// The oldest first.
    pub versions: Vec<KeyVersion>,
}

/// A version of a key.
#[derive(Serialize, ToSchema, Debug)]
#[schema(example = json!({
    "version": 1, "state": "current", "created_at": "2026-01-10T09:00:00.000000Z",
    "active_from": "2026-01-10T09:00:00.000000Z", "retired_at": null
}))]
pub struct KeyVersion {
    /// From 1.
    pub version: i32,
    /// What it is used for now.
    pub state: KeyState,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is used.
    pub active_from: Timestamp,
    /// When it was destroyed.
    pub retired_at: Option<Timestamp>,
}

/// What a version is used for.
#[derive(Serialize, ToSchema, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// It is known to the servers and not used yet.
    Waiting,
    /// It closes and opens.
    Current,
    /// It still opens what it closed.
    Older,
    /// It is destroyed.
    Retired,
}

/// As the database has it.
pub fn load(tx: &mut Tx<'_>) -> Result<KeyringStatus> {
    let now = tx.now();
    let rows = keyring_rows::all(tx.conn())?;
    let mut keys: Vec<KeyStatus> = Vec::new();
    let mut wrapping = 1;
    for row in &rows {
        let in_use = |row: &KeyRow| row.retired_at.is_none() && row.is_in_use(now);
        let newest = rows
            .iter()
            .filter(|other| other.purpose == row.purpose && in_use(other))
            .map(|other| other.version)
            .max();
        let state = match (row.retired_at, in_use(row)) {
            (Some(_), _) => KeyState::Retired,
            (None, false) => KeyState::Waiting,
            (None, true) if newest == Some(row.version) => KeyState::Current,
            (None, true) => KeyState::Older,
        };
        if row.purpose == KeyPurpose::CaseWrapping && state == KeyState::Current {
            wrapping = row.version;
        }
        let version = KeyVersion {
            version: row.version,
            state,
            created_at: row.created_at,
            active_from: row.active_from,
            retired_at: row.retired_at,
        };
        match keys.last_mut().filter(|key| key.purpose == row.purpose) {
            Some(key) => key.versions.push(version),
            None => keys.push(KeyStatus { purpose: row.purpose, versions: vec![version] }),
        }
    }
    let case_keys_to_rewrap = cases::store::keys::count_wrapped_before(tx, wrapping)?;
    Ok(KeyringStatus { keys, case_keys_to_rewrap })
}
