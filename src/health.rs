//! Whether the server lives, and whether it can work: for supervisors and load balancers.

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::status;
use crate::error::{Code, Error, Result};
use crate::http::Json;

/// How the server is.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"status": "ok"}))]
pub struct Liveness {
    /// Always `ok`: anything else is an error.
    status: &'static str,
}

const OK: Json<Liveness> = Json(Liveness { status: "ok" });

/// `GET /health`: the process answers. It asks nothing else, so that a database that is away does not
/// make a supervisor restart servers that are well.
pub async fn get_liveness() -> Result<Json<Liveness>> {
    Ok(OK)
}

/// How the server is, and what a monitor without a login may know of the log.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"status": "ok", "cosigned_seconds": 304}))]
pub struct Readiness {
    /// Always `ok`: anything else is an error.
    status: &'static str,
    /// How long ago a witness signed the newest checkpoint of the audit log that any has signed; null when none
    /// has.
    cosigned_seconds: Option<i64>,
}

/// `GET /ready`: the database answers.
pub async fn get_readiness(app: Data<App>) -> Result<Json<Readiness>> {
    match app.db.unrecorded("whether the database answers", status::last_cosigned).await {
        Ok(cosigned) => {
            let cosigned_seconds = cosigned.map(|at| app.clock.now().since(at).num_seconds());
            Ok(Json(Readiness { status: "ok", cosigned_seconds }))
        }
        Err(error) => Err(Error::caused(Code::Unavailable, anyhow::anyhow!("{error:?}"))),
    }
}
