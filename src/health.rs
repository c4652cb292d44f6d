//! Whether the server lives, and whether it can work: for supervisors and load balancers.

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::db;
use crate::error::{Code, Error, Result};
use crate::http::Json;

/// How the server is.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"status": "ok"}))]
pub struct Health {
    /// Always `ok`: anything else is an error.
    status: &'static str,
}

const OK: Json<Health> = Json(Health { status: "ok" });

/// `GET /health`: the process answers. It asks nothing else, so that a database that is away does not
/// make a supervisor restart servers that are well.
pub async fn get_liveness() -> Result<Json<Health>> {
    Ok(OK)
}

/// `GET /ready`: the database answers.
pub async fn get_readiness(app: Data<App>) -> Result<Json<Health>> {
    match app.db.unrecorded("whether the database answers", db::answers).await {
        Ok(()) => Ok(OK),
        Err(error) => Err(Error::caused(Code::Unavailable, anyhow::anyhow!("{error:?}"))),
    }
}
