//! Which keys there are, for administrators and auditors.

use actix_web::web::Data;

use super::status::{self, KeyringStatus};
use crate::access::Permit;
use crate::access::permissions::KeyList;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::error::Result;
use crate::http::Json;

/// `GET /v1/keys`
pub async fn get_keys(permit: Permit<KeyList>, app: Data<App>) -> Result<Json<KeyringStatus>> {
    // How old keys are is nothing that a network under duress has to hide.
    let read = app.db.read(permit, Event::new(Action::KeyList), |tx, _| status::load(tx));
    let seen = read.await?;
    Ok(Json(seen.value))
}
