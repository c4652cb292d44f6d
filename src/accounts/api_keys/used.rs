//! Who acts by a key.

use std::net::IpAddr;

use chrono::TimeDelta;

use super::store;
use super::token::ApiKeyToken;
use crate::access::permissions::SystemAct;
use crate::access::{Actor, Permit};
use crate::audit::{Action, Event};
use crate::db::{Db, Tx, WriteTx, standing};
use crate::error::Result;
use crate::http::Given;

/// How exact the moment is at which a key was last used: each use would be a commit of its own.
const NOTED_EACH: TimeDelta = TimeDelta::hours(1);

/// The owner, with what the key may do of it; `None` for what is no key, or none any more, or comes from elsewhere.
pub async fn actor_of_key(db: &Db, text: &str, address: Option<IpAddr>) -> Result<Option<Actor>> {
    let Some(token) = ApiKeyToken::parse(text) else { return Ok(None) };
    let look = move |tx: &mut Tx<'_>| {
        let Some(key) = store::by_hash(tx, &token.hash())?.filter(|key| key.takes(address)) else {
            return Ok(None);
        };
        let actor = standing::actor(tx, key.user_id, key.session_id)?;
        let noted = key.last_used_at.is_some_and(|at| at > tx.now().plus(-NOTED_EACH));
        Ok(actor.map(|actor| (actor, (!noted).then_some(key.id))))
    };
    let Some((actor, unnoted)) = db.unrecorded("whose a key is", look).await? else { return Ok(None) };
    if let Some(id) = unnoted {
        let event = Event::new(Action::ApiKeyUse).subject(id).by(actor.user);
        let permit = Permit::<SystemAct>::system("api key");
        let note = move |tx: &mut WriteTx<'_>, _: &Permit<SystemAct>| {
            let since = tx.now().plus(-NOTED_EACH);
            store::used(tx, id, since)
        };
        db.write(permit, event, note).await.and_then(Given::made)?;
    }
    Ok(Some(actor))
}
