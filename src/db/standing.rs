//! Who a user is at this moment: their role and hubs, if their session still lasts.

use diesel::prelude::*;

use super::schema::{hub_members, sessions, users};
use super::tx::Tx;
use crate::access::actor::{Actor, HubId, Role, SessionId, UserId};
use crate::access::{Permission, Permit};
use crate::error::{Error, Result};

/// The status of users who may act; all statuses are a matter of accounts.
const ACTIVE: &str = "active";

/// The actor; `None` when the session has ended or the user is not active.
pub(crate) fn actor(tx: &mut Tx<'_>, user: UserId, session: SessionId) -> Result<Option<Actor>> {
    let now = tx.now();
    let role: Option<Role> = sessions::table
        .inner_join(users::table)
        .filter(sessions::id.eq(session))
        .filter(sessions::user_id.eq(user))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .filter(users::status.eq(ACTIVE))
        .select(users::role)
        .first(tx.conn())
        .optional()?;
    let Some(role) = role else { return Ok(None) };
    let hubs: Vec<HubId> = hub_members::table
        .filter(hub_members::user_id.eq(user))
        .order(hub_members::hub_id)
        .select(hub_members::hub_id)
        .load(tx.conn())?;
    Ok(Some(Actor { user, session, role, hubs }))
}

/// The permit as it would be given now; `None` when nothing has changed.
///
/// Between the head of a request and its write lie its body, which may come as slowly as it likes, a
/// password's hash and a queue. Whoever was suspended meanwhile writes nothing.
pub(super) fn renewed<P: Permission>(tx: &mut Tx<'_>, permit: &Permit<P>) -> Result<Option<Permit<P>>> {
    let Some(before) = permit.actor() else { return Ok(None) };
    let now = actor(tx, before.user, before.session)?.ok_or_else(Error::unauthenticated)?;
    if now == *before { Ok(None) } else { permit.for_the_same_request(now).map(Some) }
}
