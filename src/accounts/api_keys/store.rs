//! Queries on keys: each user's own.

use diesel::prelude::*;

use super::model::{ApiKey, ApiKeyId};
use crate::access::UserId;
use crate::db::schema::{api_keys, sessions};
use crate::db::types::Timestamp;
use crate::db::{Tx, WriteTx};
use crate::error::Result;

/// A new one.
pub(crate) fn insert(tx: &mut WriteTx<'_>, key: &ApiKey) -> Result<()> {
    diesel::insert_into(api_keys::table).values(key).execute(tx.conn())?;
    Ok(())
}

/// Those of a user that are good, the oldest first.
pub(crate) fn good(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<ApiKey>> {
    Ok(api_keys::table
        .inner_join(sessions::table)
        .filter(api_keys::user_id.eq(user))
        .filter(api_keys::expires_at.gt(tx.now()))
        .filter(sessions::ended_at.is_null())
        .order((api_keys::created_at, api_keys::id))
        .select(ApiKey::as_select())
        .load(tx.conn())?)
}

/// One of a user's that is good; another's and not there are one answer.
pub(crate) fn find(tx: &mut Tx<'_>, user: UserId, id: ApiKeyId) -> Result<ApiKey> {
    let good = api_keys::table
        .inner_join(sessions::table)
        .filter(api_keys::id.eq(id))
        .filter(api_keys::user_id.eq(user))
        .filter(api_keys::expires_at.gt(tx.now()))
        .filter(sessions::ended_at.is_null());
    Ok(good.select(ApiKey::as_select()).first(tx.conn())?)
}

/// Whose a key is, as it is sent.
pub(super) fn by_hash(tx: &mut Tx<'_>, hash: &str) -> Result<Option<ApiKey>> {
    let good =
        api_keys::table.filter(api_keys::token_hash.eq(hash)).filter(api_keys::expires_at.gt(tx.now()));
    Ok(good.select(ApiKey::as_select()).first(tx.conn()).optional()?)
}

/// Notes that it is used, unless that was noted after `since`.
pub(super) fn used(tx: &mut WriteTx<'_>, id: ApiKeyId, since: Timestamp) -> Result<()> {
    let (now, last) = (tx.now(), api_keys::last_used_at);
    let unnoted = last.is_null().or(last.assume_not_null().le(since));
    diesel::update(api_keys::table.find(id).filter(unnoted)).set(last.eq(now)).execute(tx.conn())?;
    Ok(())
}
