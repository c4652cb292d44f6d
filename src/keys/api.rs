//! Which keys there are, for administrators and auditors.

use actix_web::web::Data;

use super::status::{self, KeyringStatus};
use crate::access::permissions::KeyList;
use crate::access::{Permit, Reach};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::error::{Error, Result};
use crate::http::Json;

/// `GET /v1/keys`
pub async fn get_keys(permit: Permit<KeyList>, app: Data<App>) -> Result<Json<KeyringStatus>> {
    let read = app.db.read(permit, Event::new(Action::KeyList), |tx, permit| match permit.reach() {
        Reach::Nothing => Err(Error::not_found()),
        _ => status::load(tx),
    });
    let seen = read.await?;
    Ok(Json(seen.value))
}
