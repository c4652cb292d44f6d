//! Queries on notices: each user's own.

use chrono::TimeDelta;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::codes::{NoticeKind, NoticeState};
use super::model::{Notice, NoticeId};
use super::tell::About;
use crate::access::UserId;
use crate::db::schema::notices;
use crate::db::types::Timestamp;
use crate::db::{Tx, WriteTx};
use crate::error::Result;

/// For how long a notice is kept, seen or not.
const KEPT: TimeDelta = TimeDelta::days(90);

/// A new one.
pub(super) fn insert(tx: &mut WriteTx<'_>, notice: &Notice) -> Result<()> {
    diesel::insert_into(notices::table).values(notice).execute(tx.conn())?;
    Ok(())
}

/// Whether the user has one of the same that they have not seen.
pub(super) fn waits(tx: &mut Tx<'_>, user: UserId, about: About<'_>) -> Result<bool> {
    let same = notices::table
        .filter(notices::user_id.eq(user))
        .filter(notices::seen_at.is_null())
        .filter(notices::subject.eq(about.subject))
        .filter(notices::kind.eq(about.kind));
    Ok(diesel::select(exists(same)).get_result(tx.conn())?)
}

/// Marks those of a matter that waits no more as seen, whoever has them.
pub(crate) fn settle(tx: &mut WriteTx<'_>, kind: NoticeKind, subject: &str) -> Result<()> {
    let now = tx.now();
    let waiting = notices::table
        .filter(notices::subject.eq(subject))
        .filter(notices::kind.eq(kind))
        .filter(notices::seen_at.is_null());
    diesel::update(waiting).set(notices::seen_at.eq(now)).execute(tx.conn())?;
    Ok(())
}

/// Where a page ends.
pub(super) type Key = (Timestamp, NoticeId);

/// The user's notices, the newest first, after `start`; those in a state, or all.
pub(super) fn list(
    tx: &mut Tx<'_>,
    user: UserId,
    state: Option<NoticeState>,
    start: Option<Key>,
    limit: i64,
) -> Result<Vec<Notice>> {
    use notices::{id, seen_at, told_at};
    let mut query = notices::table.filter(notices::user_id.eq(user)).into_boxed();
    query = match state {
        Some(NoticeState::Unseen) => query.filter(seen_at.is_null()),
        Some(NoticeState::Seen) => query.filter(seen_at.is_not_null()),
        None => query,
    };
    if let Some((at, after)) = start {
        query = query.filter(told_at.lt(at).or(told_at.eq(at).and(id.lt(after))));
    }
    let query = query.order((told_at.desc(), id.desc())).limit(limit);
    Ok(query.select(Notice::as_select()).load(tx.conn())?)
}

/// Notes that the user has seen one. Seen again, it stays as it was.
pub(super) fn see(tx: &mut WriteTx<'_>, user: UserId, notice: NoticeId) -> Result<()> {
    let own = notices::table.filter(notices::id.eq(notice)).filter(notices::user_id.eq(user));
    let found: Notice = own.select(Notice::as_select()).first(tx.conn())?;
    if found.seen_at.is_none() {
        let now = tx.now();
        diesel::update(notices::table.find(found.id)).set(notices::seen_at.eq(now)).execute(tx.conn())?;
    }
    Ok(())
}

/// Whether there is one that is too old.
pub(crate) fn any_old(tx: &mut Tx<'_>) -> Result<bool> {
    let old = notices::table.filter(notices::told_at.lt(tx.now().plus(-KEPT)));
    Ok(diesel::select(exists(old)).get_result(tx.conn())?)
}

/// Forgets those that are too old.
pub(crate) fn forget_old(tx: &mut WriteTx<'_>) -> Result<()> {
    let old = tx.now().plus(-KEPT);
    diesel::delete(notices::table.filter(notices::told_at.lt(old))).execute(tx.conn())?;
    Ok(())
}
