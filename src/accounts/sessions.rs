//! Queries on sessions and refresh tokens.

use diesel::prelude::*;

use super::codes::SessionEnd;
use super::model::{NewSession, RefreshTokenRow, Session, SessionPatch, User};
use crate::access::{SessionId, UserId};
use crate::db::schema::{refresh_tokens, sessions, users};
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
