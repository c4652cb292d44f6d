//! Queries on sessions and refresh tokens.

use std::collections::HashMap;

use diesel::dsl::{exists, max, not};
use diesel::prelude::*;

use super::codes::SessionEnd;
use super::model::{NewSession, RefreshTokenRow, Session, SessionPatch, User};
use super::refresh;
use super::second_factor;
use crate::access::{Factor, SessionId, UserId};
use crate::db::schema::{api_keys, refresh_tokens, sessions, users};
use crate::db::types::Timestamp;
use crate::db::{Tx, WriteTx};
use crate::error::Result;

/// A new session.
pub(crate) fn insert(tx: &mut WriteTx<'_>, new: &NewSession) -> Result<()> {
    diesel::insert_into(sessions::table).values(new).execute(tx.conn())?;
    Ok(())
}

/// Which sessions of a user to end.
#[derive(Clone, Copy)]
pub(crate) enum Ending {
    /// This one.
    One(SessionId),
    /// All but this one.
    Others(SessionId),
    /// All.
    All,
}

/// Ends sessions of a user that are still open.
pub(crate) fn end(tx: &mut WriteTx<'_>, user: UserId, which: Ending, reason: SessionEnd) -> Result<()> {
    let patch = SessionPatch { ended_at: Some(tx.now()), ended_reason: Some(reason) };
    let open = sessions::table.filter(sessions::user_id.eq(user)).filter(sessions::ended_at.is_null());
    match which {
        Ending::One(id) => diesel::update(open.filter(sessions::id.eq(id))).set(&patch).execute(tx.conn()),
        Ending::Others(id) => diesel::update(open.filter(sessions::id.ne(id))).set(&patch).execute(tx.conn()),
        Ending::All => diesel::update(open).set(&patch).execute(tx.conn()),
    }?;
    Ok(())
}

/// How a session stands with its user's second factor.
pub(crate) fn factor(tx: &mut Tx<'_>, user: UserId, session: SessionId) -> Result<Factor> {
    let enrolled = second_factor::store::enrolled(tx, user)?.is_some();
    let given_at: Option<Timestamp> =
        sessions::table.find(session).select(sessions::factor_at).first(tx.conn())?;
    Ok(Factor { enrolled, given_at: given_at.filter(|_| enrolled) })
}

/// The most that are listed: whoever has more ends them all by a new password.
const MOST_LISTED: i64 = 100;

/// An open session.
#[derive(Clone, Copy)]
pub(crate) struct OpenSession {
    pub id: SessionId,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
    pub expires_at: Timestamp,
}

/// The open sessions of a user, the newest first.
pub(crate) fn open(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<OpenSession>> {
    let now = tx.now();
    let rows: Vec<(SessionId, Timestamp, Timestamp)> = sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::created_at.gt(now.plus(-refresh::SESSION)))
        // Those of keys are listed as keys.
        .filter(not(exists(api_keys::table.filter(api_keys::session_id.eq(sessions::id)))))
        .order((sessions::created_at.desc(), sessions::id.desc()))
        .limit(MOST_LISTED)
        .select((sessions::id, sessions::created_at, sessions::expires_at))
        .load(tx.conn())?;
    let ids: Vec<SessionId> = rows.iter().map(|row| row.0).collect();
    let used: HashMap<SessionId, Option<Timestamp>> = refresh_tokens::table
        .filter(refresh_tokens::session_id.eq_any(ids))
        .group_by(refresh_tokens::session_id)
        .select((refresh_tokens::session_id, max(refresh_tokens::issued_at)))
        .load(tx.conn())?
        .into_iter()
        .collect();
    let open = rows.into_iter().map(|(id, created_at, expires_at)| OpenSession {
        id,
        created_at,
        last_used_at: used.get(&id).copied().flatten().unwrap_or(created_at),
        expires_at,
    });
    Ok(open.filter(|session| session.last_used_at.plus(refresh::IDLE) > now).collect())
}

/// Refuses a session that is not an open one of this user.
pub(crate) fn find_open(tx: &mut Tx<'_>, user: UserId, id: SessionId) -> Result<()> {
    let own = sessions::table.find(id).filter(sessions::user_id.eq(user));
    let open = own.filter(sessions::ended_at.is_null()).filter(sessions::expires_at.gt(tx.now()));
    let _: SessionId = open.select(sessions::id).first(tx.conn())?;
    Ok(())
}

/// A refresh token with its session and its user.
pub(crate) fn refresh_token(tx: &mut Tx<'_>, hash: &str) -> Result<Option<(RefreshTokenRow, Session, User)>> {
    Ok(refresh_tokens::table
        .inner_join(sessions::table.inner_join(users::table))
        .filter(refresh_tokens::token_hash.eq(hash))
        .select((RefreshTokenRow::as_select(), Session::as_select(), User::as_select()))
        .first(tx.conn())
        .optional()?)
}

/// A new refresh token.
pub(crate) fn insert_refresh_token(tx: &mut WriteTx<'_>, row: &RefreshTokenRow) -> Result<()> {
    diesel::insert_into(refresh_tokens::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// Marks a token used, unless somebody was first; whether it was we.
pub(crate) fn use_refresh_token(tx: &mut WriteTx<'_>, hash: &str) -> Result<bool> {
    let now = tx.now();
    let unused = refresh_tokens::table
        .filter(refresh_tokens::token_hash.eq(hash))
        .filter(refresh_tokens::used_at.is_null());
    Ok(diesel::update(unused).set(refresh_tokens::used_at.eq(now)).execute(tx.conn())? == 1)
}
