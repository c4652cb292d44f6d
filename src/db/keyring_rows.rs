//! The rows that are read before anything can be opened: which database this is, and its wrapped keys.
//!
//! They cannot come through `Db`, which needs the keys to be there; nothing here belongs to a case or
//! a person. What `init` writes here is put on the record right after, as `system.init`.

use diesel::prelude::*;

use super::conn::{AnyConnection, ConnectError, Purpose, open};
use super::schema::{keyring, settings};
use super::types::Timestamp;
use super::url::DatabaseUrl;
use crate::crypto::{KeyPurpose, WrappedKey};
use crate::error::Result as StoreResult;

const DATABASE_ID: &str = "database_id";
const LOG_ORIGIN: &str = "log_origin";

/// What a set-up database says of itself.
pub(crate) struct Identity {
    /// Random, made by `init`; bound into every wrapped key and every token.
    pub database_id: String,
    /// The name of its log; as written, to be parsed.
    pub log_origin: Option<String>,
    /// The keyring, wrapped by the root key.
    pub keys: Vec<WrappedKey>,
}

/// Reads it; `None` where `init` has not been.
pub(crate) fn load(url: &DatabaseUrl) -> Result<Option<Identity>, ConnectError> {
    let mut conn = open(url, Purpose::Write)?;
    let mut setting = |name: &str| {
        settings::table.find(name.to_owned()).select(settings::value).first::<String>(&mut conn).optional()
    };
    let Some(database_id) = setting(DATABASE_ID)? else { return Ok(None) };
    let log_origin = setting(LOG_ORIGIN)?;
    let rows: Vec<(KeyPurpose, i32, Vec<u8>)> = keyring::table
        .filter(keyring::retired_at.is_null())
        .order((keyring::purpose, keyring::version))
        .select((keyring::purpose, keyring::version, keyring::wrapped))
        .load(&mut conn)?;
    let keys = rows
        .into_iter()
        .map(|(purpose, version, wrapped)| WrappedKey { purpose, version, wrapped })
        .collect();
    Ok(Some(Identity { database_id, log_origin, keys }))
}

/// Writes it once, all of it or nothing. A second time is a violation of the primary key.
pub(crate) fn store(url: &DatabaseUrl, identity: &Identity, now: Timestamp) -> StoreResult<()> {
    let mut conn = open(url, Purpose::Write).map_err(crate::error::Error::internal)?;
    super::in_transaction(&mut conn, |conn| insert(conn, identity, now))
}

fn insert(conn: &mut AnyConnection, identity: &Identity, now: Timestamp) -> StoreResult<()> {
    let origin = identity.log_origin.as_deref().map(|origin| (LOG_ORIGIN, origin));
    for (name, value) in [(DATABASE_ID, identity.database_id.as_str())].into_iter().chain(origin) {
        diesel::insert_into(settings::table)
            .values((settings::name.eq(name), settings::value.eq(value)))
            .execute(conn)?;
    }
    identity.keys.iter().try_for_each(|key| add(conn, key, now))
}

/// A key, or a further version of one.
pub(crate) fn add(conn: &mut AnyConnection, key: &WrappedKey, now: Timestamp) -> StoreResult<()> {
    diesel::insert_into(keyring::table)
        .values((
            keyring::purpose.eq(key.purpose),
            keyring::version.eq(key.version),
            keyring::wrapped.eq(key.wrapped.as_slice()),
            keyring::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}
