//! Whom a token stands for, as they are at this moment.

use super::access_token::Bearer;
use crate::access::Actor;
use crate::db::{Db, standing};
use crate::error::Result;

/// The actor behind a good token; `None` when the session has ended or the user is not active.
pub async fn actor_of(db: &Db, bearer: Bearer) -> Result<Option<Actor>> {
    db.unrecorded("whom a token stands for", move |tx| standing::actor(tx, bearer.user, bearer.session)).await
}
