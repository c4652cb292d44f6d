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
pub(crate) fn load(url: &DatabaseUrl, now: Timestamp) -> Result<Option<Identity>, ConnectError> {
    let mut conn = open(url, Purpose::Write)?;
    let mut setting = |name: &str| {
        settings::table.find(name.to_owned()).select(settings::value).first::<String>(&mut conn).optional()
    };
    let Some(database_id) = setting(DATABASE_ID)? else { return Ok(None) };
    let log_origin = setting(LOG_ORIGIN)?;
    let keys = live(&mut conn)?.into_iter().map(|row| row.wrapped_at(now)).collect();
    Ok(Some(Identity { database_id, log_origin, keys }))
}

/// A version of a key, with its moments.
#[derive(Queryable, Selectable)]
#[diesel(table_name = keyring)]
pub(crate) struct KeyRow {
    pub purpose: KeyPurpose,
    pub version: i32,
    pub wrapped: Vec<u8>,
    pub handover: Option<Vec<u8>>,
    pub created_at: Timestamp,
    /// From when on it is used.
    pub active_from: Timestamp,
    /// Since when it is gone.
    pub retired_at: Option<Timestamp>,
}

impl KeyRow {
    /// The key as it is at `now`.
    pub(crate) fn wrapped_at(self, now: Timestamp) -> WrappedKey {
        let is_in_use = self.is_in_use(now);
        let Self { purpose, version, wrapped, handover, .. } = self;
        WrappedKey { purpose, version, wrapped, handover, is_in_use }
    }

    /// The first version was there before there was anything to use it for.
    pub(crate) fn is_in_use(&self, now: Timestamp) -> bool {
        self.version == 1 || self.active_from <= now
    }
}

/// Every version that is not retired, in order.
pub(crate) fn live(conn: &mut AnyConnection) -> QueryResult<Vec<KeyRow>> {
    keyring::table
        .filter(keyring::retired_at.is_null())
        .order((keyring::purpose, keyring::version))
        .select(KeyRow::as_select())
        .load(conn)
}

/// Every version there was, in order.
pub(crate) fn all(conn: &mut AnyConnection) -> QueryResult<Vec<KeyRow>> {
    keyring::table.order((keyring::purpose, keyring::version)).select(KeyRow::as_select()).load(conn)
}

/// Whether a version is gone, so that nothing may be closed with it by a server that slept meanwhile.
pub(crate) fn is_retired(conn: &mut AnyConnection, purpose: KeyPurpose, version: i32) -> QueryResult<bool> {
    let row = keyring::table.find((purpose, version)).filter(keyring::retired_at.is_not_null());
    diesel::select(diesel::dsl::exists(row)).get_result(conn)
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
    identity.keys.iter().try_for_each(|key| add(conn, key, now, now))
}

/// A key, or a further version of one, that is used from `active_from` on.
pub(crate) fn add(
    conn: &mut AnyConnection,
    key: &WrappedKey,
    now: Timestamp,
    active_from: Timestamp,
) -> StoreResult<()> {
    diesel::insert_into(keyring::table)
        .values((
            keyring::purpose.eq(key.purpose),
            keyring::version.eq(key.version),
            keyring::wrapped.eq(key.wrapped.as_slice()),
            keyring::handover.eq(key.handover.as_deref()),
            keyring::created_at.eq(now),
            keyring::active_from.eq(active_from),
        ))
        .execute(conn)?;
    Ok(())
}

/// The same key under another root key; whether there is such a version, not retired.
pub(crate) fn rewrap(conn: &mut AnyConnection, key: &WrappedKey) -> QueryResult<bool> {
    let row = keyring::table.find((key.purpose, key.version)).filter(keyring::retired_at.is_null());
    let changed = diesel::update(row).set(keyring::wrapped.eq(key.wrapped.as_slice())).execute(conn)?;
    Ok(changed == 1)
}

/// Whoever ran when it was made knows it by now.
pub(crate) fn end_handover(
    conn: &mut AnyConnection,
    purpose: KeyPurpose,
    version: i32,
) -> QueryResult<usize> {
    let none = keyring::handover.eq(None::<Vec<u8>>);
    diesel::update(keyring::table.find((purpose, version))).set(none).execute(conn)
}

/// Destroys it.
pub(crate) fn retire(
    conn: &mut AnyConnection,
    (purpose, version): (KeyPurpose, i32),
    now: Timestamp,
) -> QueryResult<usize> {
    let gone = (
        keyring::wrapped.eq(Vec::new()),
        keyring::handover.eq(None::<Vec<u8>>),
        keyring::retired_at.eq(Some(now)),
    );
    let row = keyring::table.find((purpose, version)).filter(keyring::retired_at.is_null());
    diesel::update(row).set(gone).execute(conn)
}
