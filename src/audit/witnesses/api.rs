//! Witnesses hand their signatures in.

use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::hand_in;
use crate::access::Permit;
use crate::access::permissions::AuditWitness;
use crate::app::App;
use crate::error::Result;
use crate::http::{Body, NoContent};

/// Signatures of witnesses under one checkpoint.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "size": 4711, "lines": ["\u{2014} witness.example.org/heron jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9...\n"]
}))]
pub struct CosignaturesRequest {
    /// How many entries the checkpoint has.
    #[schema(minimum = 0)]
    size: u32,
    /// Signature lines of C2SP tlog-cosignature, each with the end of its line, by different witnesses of the
    /// network's policy.
    #[schema(min_items = 1, max_items = 32)]
    lines: Vec<String>,
}

/// `POST /v1/audit/log/cosignatures`
pub async fn add_cosignatures(
    permit: Permit<AuditWitness>,
    app: Data<App>,
    body: Body<CosignaturesRequest>,
) -> Result<NoContent> {
    hand_in(&app, permit, body.0.size.into(), body.0.lines).await?;
    Ok(NoContent)
}
