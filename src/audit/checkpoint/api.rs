//! The newest checkpoint and the log's public keys, in the forms of C2SP, for the tools of others.

use actix_web::web::Data;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{NotSigned, store};
use crate::access::Permit;
use crate::access::permissions::AuditVerify;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::db::Tx;
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
    /// The newest that a witness has cosigned, so that other witnesses meet on it; the last where none has.
    Cosigned,
}

/// How new it must be.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CheckpointQuery {
    /// `now` to have the log signed as it is, with this request on it; `cosigned` for the newest that a witness has
    /// cosigned; else what was signed `last`, at most a few seconds ago.
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
    let when = query.0.signed;
    let read = move |tx: &mut Tx<'_>, _: &Permit<AuditVerify>| match when {
        When::Cosigned => store::newest_cosigned_note(tx),
        When::Last | When::Now => store::newest_note(tx),
    };
    match app.db.read_log(permit, event, read).await?.value {
        Some((_, note)) if when != When::Now => Ok(PlainText(note)),
        _ => Ok(PlainText(app.notary.publish_all(&app.db).await?.note)),
    }
}

/// `GET /.well-known/waystation-log-keys`
pub async fn get_log_keys(app: Data<App>) -> Result<PlainText> {
    Ok(PlainText(app.notary.verifier_keys().into_iter().map(|key| key + "\n").collect()))
}
