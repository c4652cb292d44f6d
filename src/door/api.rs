//! Sealing an open server, and opening a sealed one.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Sealed;
use super::sealed::Progress;
use crate::access::Permit;
use crate::access::permissions::SystemSeal;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::crypto::Share;
use crate::error::{Code, Error, Result};
use crate::http::context::RequestContext;
use crate::http::describe::{DescribeArgument, Description};
use crate::http::{Body, Given, Json, NoContent};

/// What opens the server: one of the two. No `Debug`: it is a part of the root key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"share": "wayshare1 qypq zqsp ... (eighteen groups of four)"}))]
pub struct UnsealRequest {
    /// A share, as it stands on its paper. Spaces, hyphens and capitals do not matter.
    #[schema(value_type = Option<String>, format = Password)]
    share: Option<SecretString>,
    /// The passphrase.
    #[schema(value_type = Option<String>, format = Password)]
    passphrase: Option<SecretString>,
}

/// How far the opening has come.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"sealed": true, "needed": 2}))]
pub struct UnsealView {
    /// Whether the server is still sealed. Where it is not, it answers within a few seconds.
    sealed: bool,
    /// How many more shares are needed, within ten minutes of the first.
    needed: u8,
}

impl From<Progress> for UnsealView {
    fn from(Progress { needed }: Progress) -> Self {
        Self { sealed: needed > 0, needed }
    }
}

/// Says nothing more than the address.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct SealRequest {}

/// The sealed server, where it is one.
pub struct Door(Option<Data<Sealed>>);

impl FromRequest for Door {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(request.app_data().cloned())))
    }
}

impl DescribeArgument for Door {
    fn describe(_: &mut Description) {}
}

/// `POST /v1/unseal`
pub async fn unseal_server(
    context: RequestContext,
    door: Door,
    body: Body<UnsealRequest>,
) -> Result<Json<UnsealView>> {
    let Some(sealed) = door.0 else { return Err(Error::new(Code::NotSealed, "There is nothing to open.")) };
    let attempt = match (body.0.share, body.0.passphrase) {
        (Some(share), None) => {
            let share = Share::parse(share.expose_secret());
            let share = share
                .map_err(|fault| Error::invalid_field("/share", format!("It cannot be read: {fault}.")))?;
            // Before the task, which goes on though the client goes away: strangers must not make them without end.
            let place = Arc::clone(&sealed.waiting).enter_owned().ok_or_else(Error::overloaded)?;
            actix_web::rt::spawn(async move {
                let _place = place;
                sealed.hand_in(share, context).await
            })
        }
        (None, Some(passphrase)) => {
            actix_web::rt::spawn(async move { sealed.say(passphrase, context).await })
        }
        _ => return Err(Error::invalid_field("", "Give either a share or a passphrase.")),
    };
    // On a task of its own: whoever goes away before the answer has tried all the same, and is on the record.
    let progress = attempt.await.map_err(Error::internal)??;
    Ok(Json(progress.into()))
}

/// `POST /v1/seal`
pub async fn seal_server(
    permit: Permit<SystemSeal>,
    app: Data<App>,
    _body: Body<SealRequest>,
) -> Result<NoContent> {
    let event = Event::new(Action::SystemSeal);
    let sealed = app.db.write(permit, event, |_, _| Ok(())).await?;
    // The same request once more, after the server was opened again, seals nothing: it was answered then.
    if matches!(sealed, Given::Now(())) {
        app.seal.throw();
    }
    Ok(NoContent)
}
