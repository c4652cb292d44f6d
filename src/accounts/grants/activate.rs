//! Whoever was let in chooses a password.

use super::model::Grant;
use super::store;
use crate::access::UserId;
use crate::accounts::codes::UserStatus;
use crate::accounts::model::{User, UserPatch};
use crate::accounts::one_time_code::{GoodFor, OneTimeCode};
use crate::accounts::store as accounts;
use crate::db::{Tx, WriteTx};
use crate::error::Result;

/// The grant that the code of a user activates, if the account waits for a password.
pub(crate) fn good(tx: &mut Tx<'_>, user: UserId, code: &OneTimeCode) -> Result<Option<Grant>> {
    store::by_code(tx, user, &code.hash(GoodFor::Activation, user))
}

/// Sets the password and lets the user in, if the code is good still.
pub(crate) fn activate(
    tx: &mut WriteTx<'_>,
    user: &User,
    code: &OneTimeCode,
    password_hash: &str,
) -> Result<bool> {
    if user.status != UserStatus::Invited {
        return Ok(false);
    }
    let Some(grant) = good(tx, user.id, code)? else { return Ok(false) };
    store::activated(tx, &grant)?;
    let patch =
        UserPatch { status: Some(UserStatus::Active), ..UserPatch::only_password(password_hash.to_owned()) };
    accounts::update(tx, user, &patch)?;
    tx.event.set_detail("grant", grant.id);
    Ok(true)
}
