//! The newest checkpoint and the log's public keys, in the forms of C2SP, for the tools of others.

use actix_web::web::Data;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{NotSigned, store};
use crate::access::Permit;
use crate::access::permissions::AuditVerify;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::error::{Code, Error, Result};
use crate::http::{PlainText, Query};

impl From<NotSigned> for Error {
    fn from(refusal: NotSigned) -> Self {
        match refusal {
            NotSigned::Failed(error) => error,
            NotSigned::Refused(refused) => Self::caused(Code::LogNotSigned, refused),
            file @ NotSigned::File { .. } => Self::internal(file),
        }
    }
}

/// When it was signed.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// What was signed last: at most a few seconds ago.
    #[default]
    Last,
    /// Now, with this request on the log.
    Now,
}

/// How new it must be.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CheckpointQuery {
    /// `now` to have the log signed as it is, with this request on it; else what was signed `last`, at most a
    /// few seconds ago.
    #[param(inline)]
    #[serde(default)]
    signed: When,
}

/// `GET /v1/audit/log/checkpoint`
pub async fn get_checkpoint(
    permit: Permit<AuditVerify>,
    app: Data<App>,
    query: Query<CheckpointQuery>,
) -> Result<PlainText> {
    let event = Event::new(Action::AuditFetch).detail("part", "checkpoint");
    let newest = app.db.read_log(permit, event, |tx, _| store::newest_note(tx)).await?.value;
    match newest {
        Some((_, note)) if query.0.signed == When::Last => Ok(PlainText(note)),
        _ => {
            app.db.sequence_now().await?;
            Ok(PlainText(app.notary.publish(&app.db).await?.note))
        }
    }
}

/// `GET /.well-known/waystation-log-keys`
pub async fn get_log_keys(app: Data<App>) -> Result<PlainText> {
    Ok(PlainText(app.notary.verifier_keys().into_iter().map(|key| key + "\n").collect()))
}
