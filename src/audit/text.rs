//! A text that belongs to an entry and is not for the log: what somebody looked for. It is kept sealed beside the
//! log, under a key of its own, and forgotten after a while; the entry names it by its id alone.
//!
//! No route opens one, and the server does only to forget it when the person is erased. An auditor must not see what a
//! case holds, and a name that was looked for is mostly in one.

use chrono::TimeDelta;
use diesel::prelude::*;
use zeroize::Zeroizing;

use crate::crypto::Keyring;
use crate::db::conn::AnyConnection;
use crate::db::schema::search_texts;
use crate::db::types::{Timestamp, id};
use crate::db::{Tx, WriteTx};
use crate::error::Result;

id!(SearchId, "A search that somebody made.");

/// How long a text is kept.
pub const KEPT: TimeDelta = TimeDelta::days(90);
/// The most that are forgotten at once.
const MOST_AT_ONCE: i64 = 1_000;

/// What somebody looked for.
#[derive(Insertable, Clone)]
#[diesel(table_name = search_texts)]
pub(crate) struct SealedText {
    pub(super) id: SearchId,
    sealed: Vec<u8>,
    recorded_at: Timestamp,
}

impl SealedText {
    /// Seals a text.
    pub(crate) fn seal(keyring: &Keyring, text: &[u8], now: Timestamp) -> Result<Self> {
        let id = SearchId::generate();
        Ok(Self { id, sealed: keyring.seal_search_text(id.as_str(), text)?, recorded_at: now })
    }
}

/// Where a look at the texts ended.
pub(crate) type TextKey = (Timestamp, SearchId);

/// A text as it is stored.
#[derive(Queryable)]
pub(crate) struct StoredText {
    pub(crate) id: SearchId,
    sealed: Vec<u8>,
    recorded_at: Timestamp,
}

impl StoredText {
    /// What was looked for. For the server itself, which forgets it when the person is erased.
    pub(crate) fn open(&self, keyring: &Keyring) -> Option<Zeroizing<Vec<u8>>> {
        keyring.open_search_text(self.id.as_str(), &self.sealed).ok()
    }

    /// Where it stands among the others.
    pub(crate) fn key(&self) -> TextKey {
        (self.recorded_at, self.id)
    }
}

/// Up to `limit` texts after `start`, the oldest first.
pub(crate) fn after(tx: &mut Tx<'_>, start: Option<TextKey>, limit: i64) -> Result<Vec<StoredText>> {
    let mut query = search_texts::table.into_boxed();
    if let Some((at, id)) = start {
        let later = search_texts::recorded_at.gt(at);
        query = query.filter(later.or(search_texts::recorded_at.eq(at).and(search_texts::id.gt(id))));
    }
    let query = query.order((search_texts::recorded_at, search_texts::id)).limit(limit);
    Ok(query.load(tx.conn())?)
}

/// Forgets these.
pub(crate) fn forget(tx: &mut WriteTx<'_>, texts: &[SearchId]) -> Result<usize> {
    Ok(diesel::delete(search_texts::table.filter(search_texts::id.eq_any(texts))).execute(tx.conn())?)
}

/// Stores it; in the transaction of its entry.
pub(crate) fn insert(conn: &mut AnyConnection, text: &SealedText) -> Result<()> {
    diesel::insert_into(search_texts::table).values(text).execute(conn)?;
    Ok(())
}

/// Whether there are texts past their time.
pub(crate) fn any_old(tx: &mut Tx<'_>) -> Result<bool> {
    let oldest = tx.now().plus(-KEPT);
    any_before(tx, oldest)
}

/// Whether there are texts from before this moment.
pub(crate) fn any_before(tx: &mut Tx<'_>, moment: Timestamp) -> Result<bool> {
    let before = search_texts::table.filter(search_texts::recorded_at.lt(moment));
    Ok(diesel::select(diesel::dsl::exists(before)).get_result(tx.conn())?)
}

/// Forgets texts that are past their time.
pub(crate) fn forget_old(tx: &mut WriteTx<'_>) -> Result<()> {
    let oldest = tx.now().plus(-KEPT);
    let old: Vec<SearchId> = search_texts::table
        .filter(search_texts::recorded_at.lt(oldest))
        .order(search_texts::recorded_at)
        .limit(MOST_AT_ONCE)
        .select(search_texts::id)
        .load(tx.conn())?;
    diesel::delete(search_texts::table.filter(search_texts::id.eq_any(old))).execute(tx.conn())?;
    Ok(())
}
