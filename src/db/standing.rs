//! Who a user is at this moment: their role and hubs, if their session still lasts.

use diesel::prelude::*;

use super::schema::{api_keys, hub_members, second_factors, sessions, users};
use super::tx::Tx;
use crate::access::actor::{Actor, HubId, Role, SessionId, UserId, UserStatus};
use crate::access::{Factor, Permission, Permit, Scope};
use crate::db::types::Timestamp;
use crate::error::{Error, Result};

/// Role, one of the hubs; when a code was given in the session, since when there is a second factor; what they are held by.
type Standing = (Role, Option<HubId>, (Option<Timestamp>, Option<Timestamp>), Held);

/// Until when they are away; since when they are under duress; what a key may do, where the session is a key's.
type Held = (Option<Timestamp>, Option<Timestamp>, Option<String>);

/// The actor; `None` when the session has ended or the user is not active. One statement, so that role and
/// hubs are of one moment.
pub(crate) fn actor(tx: &mut Tx<'_>, user: UserId, session: SessionId) -> Result<Option<Actor>> {
    let now = tx.now();
    let rows: Vec<Standing> = sessions::table
        .inner_join(users::table.left_join(hub_members::table).left_join(second_factors::table))
        .left_join(api_keys::table)
        .filter(sessions::id.eq(session))
        .filter(sessions::user_id.eq(user))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .filter(users::status.eq(UserStatus::Active))
        // Once somebody is back, no session counts in which anybody may have been made to do something.
        .filter(
            users::away_until
                .is_null()
                .or(users::away_until.assume_not_null().gt(now))
                .or(sessions::created_at.ge(users::away_until.assume_not_null())),
        )
        .order(hub_members::hub_id)
        .select((
            users::role,
            hub_members::hub_id.nullable(),
            (sessions::factor_at, second_factors::enrolled_at.nullable()),
            (users::away_until, users::duress_since, api_keys::permissions.nullable()),
        ))
        .load(tx.conn())?;
    let Some((role, _, (given_at, enrolled_at), (away_until, duress_since, permissions))) = rows.first()
    else {
        return Ok(None);
    };
    let (role, given_at, enrolled_at, away_until) = (*role, *given_at, *enrolled_at, *away_until);
    let scope = permissions.as_deref().map(Scope::from_text);
    let duress = duress_since.is_some();
    let hubs = rows.into_iter().filter_map(|(_, hub, ..)| hub.filter(|_| !duress)).collect();
    // What was given to a factor that is no more counts no more.
    let factor =
        Factor { enrolled: enrolled_at.is_some(), given_at: given_at.filter(|_| enrolled_at.is_some()) };
    let away = away_until.is_some_and(|until| until > now);
    Ok(Some(Actor { user, session, role, hubs, factor, away, duress, scope }))
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
