//! One's own address for messages that something waits.

use actix_web::web::Data;
use lettre::Address;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store;
use crate::access::Permit;
use crate::access::permissions::{AccountRead, AccountUpdate};
use crate::accounts;
use crate::accounts::own_password;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::db::Tx;
use crate::db::types::Timestamp;
use crate::error::{Error, Result};
use crate::http::{Body, Json, NoContent};
use crate::machine::unmet;

/// The longest that a mail server takes (RFC 5321, 4.5.3.1.3).
const LONGEST: usize = 254;

/// Whether one is told by e-mail. The address itself is not shown again.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"set_at": "2026-03-01T09:00:00.000000Z"}))]
pub struct MailAddressView {
    /// Since when; null where there is no address.
    set_at: Option<Timestamp>,
}

/// Where one is told. No `Debug`: it may name a person, and holds a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "current_password": "four quiet herons at dusk", "address": "somebody@example.org"
}))]
pub struct MailAddressRequest {
    /// The password: whoever finds a session open is not told from then on.
    #[schema(value_type = String, format = Password)]
    current_password: SecretString,
    /// An address, at most 254 characters. A first message goes there within a minute or two.
    #[schema(format = "email", max_length = 254)]
    address: String,
}

impl MailAddressRequest {
    fn parse(&self) -> Result<Address> {
        let address = Some(&self.address).filter(|text| text.len() <= LONGEST).map(|text| text.parse());
        address.and_then(Result::ok).ok_or_else(|| {
            Error::invalid_field("/address", "Write an address of e-mail, such as somebody@example.org.")
        })
    }
}

/// `GET /v1/me/mail-address`
pub async fn get_mail_address(permit: Permit<AccountRead>, app: Data<App>) -> Result<Json<MailAddressView>> {
    let event = Event::new(Action::MailAddressRead);
    let read = app.db.read(permit, event, |tx, permit| {
        let row = store::find(tx, permit.person()?)?;
        Ok(MailAddressView { set_at: row.map(|row| row.set_at) })
    });
    Ok(Json(read.await?.value))
}

/// `PUT /v1/me/mail-address`
pub async fn put_mail_address(
    permit: Permit<AccountUpdate>,
    app: Data<App>,
    body: Body<MailAddressRequest>,
) -> Result<NoContent> {
    let address = body.0.parse()?;
    if app.mail.is_none() {
        let guard = unmet("mail_sent", "this network sends no mail: ask whoever runs the server");
        return Err(Error::unmet(vec![guard]));
    }
    let own = permit.clone();
    let find = move |tx: &mut Tx<'_>| accounts::store::find(tx, &own, own.person()?);
    let user = app.db.unrecorded("who is told by e-mail", find).await?;
    let (origin, event) = (permit.origin(), Event::new(Action::MailAddressSet).subject(user.id));
    let known = own_password::known(&app, &user, body.0.current_password).await?;
    let put = if known.is_some() {
        let address: &str = address.as_ref();
        let sealed = app.keyring.seal_mail_address(user.id, address)?;
        let put = app.db.write(permit, event.clone(), move |tx, _| store::put(tx, user.id, sealed.clone()));
        put.await.map(drop)
    } else {
        Err(own_password::wrong())
    };
    app.db.recorded(event, origin, put).await.map(|()| NoContent)
}

/// `DELETE /v1/me/mail-address`
pub async fn remove_mail_address(permit: Permit<AccountUpdate>, app: Data<App>) -> Result<NoContent> {
    let user = permit.person()?;
    let event = Event::new(Action::MailAddressRemove).subject(user);
    app.db.write(permit, event, move |tx, _| store::remove(tx, user)).await?;
    Ok(NoContent)
}
