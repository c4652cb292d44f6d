//! The password, asked for again of whoever is logged in.

use secrecy::SecretString;

use super::gate::Attempt;
use super::model::User;
use super::password::Known;
use crate::app::App;
use crate::error::{Error, Result};

/// Which password of the user it is; none where it is not what they say theirs is.
pub(crate) async fn known(app: &App, user: &User, password: SecretString) -> Result<Option<Known>> {
    let ticket = app.gate.enter(&app.db, Attempt::OwnPassword(user.id)).await?;
    let known = app.passwords.verify(ticket, password, Some(user)).await?;
    Ok(known.filter(|known| known.is_own(user)))
}

/// It is not.
pub(crate) fn wrong() -> Error {
    Error::invalid_field("/current_password", "This is not your password.")
}
