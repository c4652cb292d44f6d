//! Who a user is at this moment: their role and hubs, if their session still lasts.

use diesel::prelude::*;

use super::schema::{hub_members, sessions, users};
use super::tx::Tx;
use crate::access::actor::{Actor, HubId, Role, SessionId, UserId, UserStatus};
use crate::access::{Permission, Permit};
use crate::error::{Error, Result};

/// The actor; `None` when the session has ended or the user is not active. One statement, so that role and
/// hubs are of one moment.
pub(crate) fn actor(tx: &mut Tx<'_>, user: UserId, session: SessionId) -> Result<Option<Actor>> {
    let now = tx.now();
    let rows: Vec<(Role, Option<HubId>)> = sessions::table
        .inner_join(users::table.left_join(hub_members::table))
        .filter(sessions::id.eq(session))
        .filter(sessions::user_id.eq(user))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .filter(users::status.eq(UserStatus::Active))
        .order(hub_members::hub_id)
        .select((users::role, hub_members::hub_id.nullable()))
        .load(tx.conn())?;
    let Some((role, _)) = rows.first() else { return Ok(None) };
    let role = *role;
    let hubs = rows.into_iter().filter_map(|(_, hub)| hub).collect();
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
