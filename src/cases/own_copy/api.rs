//! Making the copy.

use actix_web::web::Data;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::envelope::{self, Addressee, Envelope};
use super::{document, held};
use crate::access::Permit;
use crate::access::permissions::OwnCopyMake;
use crate::app::App;
use crate::audit::checkpoint::Anchor;
use crate::audit::{Action, Event};
use crate::cases::code::CaseRef;
use crate::db::Seen;
use crate::error::{Error, Result};
use crate::http::{Body, Json, Path};

/// For whom the copy is closed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct OwnCopyRequest {
    /// A recipient of age (`age1…`), for somebody who has one. Without it, a passphrase is made.
    #[serde(default)]
    recipient: Option<String>,
}

/// The copy, closed.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "file": "-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCA...\n-----END AGE ENCRYPTED FILE-----\n",
    "passphrase": "x9b3n-nt4zy-v675k-94t1x", "log": null
}))]
pub struct OwnCopyView {
    /// The file for the person, in the format of age: `age -d` opens it.
    file: String,
    /// What opens it; told this once and kept nowhere. Tell it to the person apart from the file. Null for a recipient.
    passphrase: Option<String>,
    /// How the log stood when the copy was made.
    log: Option<Anchor>,
}

/// `POST /v1/cases/{case}/own-copy`
pub async fn make_own_copy(
    permit: Permit<OwnCopyMake>,
    app: Data<App>,
    path: Path<CaseRef>,
    body: Body<OwnCopyRequest>,
) -> Result<Json<OwnCopyView>> {
    let (reference, addressee) = (path.0, addressee(body.0.recipient.as_deref())?);
    let closed_by = match addressee {
        Addressee::Recipient(_) => "recipient",
        Addressee::Passphrase => "passphrase",
    };
    let event =
        Event::new(Action::CaseOwnCopy).asked_for(reference).opening_texts().detail("closed_by", closed_by);
    let seen = app.db.read(permit, event, move |tx, permit| {
        Ok((held::read(tx, permit, &reference)?, Anchor::now(tx)?, tx.now()))
    });
    let Seen { value: (held, log, made_at), receipt } = seen.await?;
    let key = app.keyring.case_key(&held.key)?;
    // Many records take a while to open, and a passphrase to be stretched: other requests do not wait for it.
    let closed = tokio::task::spawn_blocking(move || {
        let document = document::write(held, (&receipt, &key), made_at, log.as_ref())?;
        Ok::<_, Error>((envelope::close(&document, &addressee)?, log))
    });
    let (Envelope { file, passphrase }, log) = closed.await.map_err(Error::internal)??;
    let passphrase = passphrase.map(|passphrase| passphrase.expose_secret().to_owned());
    Ok(Json(OwnCopyView { file, passphrase, log }))
}

fn addressee(recipient: Option<&str>) -> Result<Addressee> {
    let Some(text) = recipient else { return Ok(Addressee::Passphrase) };
    let parsed = text.parse().map_err(|_| {
        Error::invalid_field(
            "/recipient",
            "Not a recipient of age: one begins with `age1` and has 62 characters.",
        )
    });
    parsed.map(Addressee::Recipient)
}
