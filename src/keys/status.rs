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
    let of_purpose = rows.chunk_by(|one, next| one.purpose == next.purpose);
    let keys: Vec<KeyStatus> = of_purpose.map(|versions| of_key(versions, now)).collect();
    let wrapping = keys.iter().find(|key| key.purpose == KeyPurpose::CaseWrapping);
    let current =
        wrapping.and_then(|key| key.versions.iter().find(|version| version.state == KeyState::Current));
    let current = current.map_or(1, |version| version.version);
    Ok(KeyringStatus { keys, case_keys_to_rewrap: cases::store::keys::count_wrapped_before(tx, current)? })
}

/// The versions of one key, the oldest first: the newest that is in use is the current one.
fn of_key(rows: &[KeyRow], now: Timestamp) -> KeyStatus {
    let in_use = |row: &&KeyRow| row.retired_at.is_none() && row.is_in_use(now);
    let current = rows.iter().filter(in_use).map(|row| row.version).max();
    let version = |row: &KeyRow| KeyVersion {
        version: row.version,
        state: match row.retired_at {
            Some(_) => KeyState::Retired,
            None if !row.is_in_use(now) => KeyState::Waiting,
            None if current == Some(row.version) => KeyState::Current,
            None => KeyState::Older,
        },
        created_at: row.created_at,
        active_from: row.active_from,
        retired_at: row.retired_at,
    };
    // Rows of one purpose come together because there is at least one.
    KeyStatus { purpose: rows[0].purpose, versions: rows.iter().map(version).collect() }
}
