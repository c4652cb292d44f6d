//! Whom a token stands for, as they are at this moment.

use diesel::prelude::*;

use super::access_token::Bearer;
use super::codes::UserStatus;
use crate::access::Actor;
use crate::access::actor::{HubId, Role};
use crate::db::schema::{hub_members, sessions, users};
use crate::db::{Db, Tx};
use crate::error::Result;

/// The actor behind a good token; `None` when the session has ended or the user is not active.
pub async fn actor_of(db: &Db, bearer: Bearer) -> Result<Option<Actor>> {
    db.unrecorded("whom a token stands for", move |tx| load(tx, bearer)).await
}

fn load(tx: &mut Tx<'_>, bearer: Bearer) -> Result<Option<Actor>> {
    let now = tx.now();
    let role: Option<Role> = sessions::table
        .inner_join(users::table)
        .filter(sessions::id.eq(bearer.session))
        .filter(sessions::user_id.eq(bearer.user))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .filter(users::status.eq(UserStatus::Active))
        .select(users::role)
        .first(tx.conn())
        .optional()?;
    let Some(role) = role else { return Ok(None) };
    let hubs: Vec<HubId> = hub_members::table
        .filter(hub_members::user_id.eq(bearer.user))
        .select(hub_members::hub_id)
        .load(tx.conn())?;
    Ok(Some(Actor { user: bearer.user, session: bearer.session, role, hubs }))
}
