//! Signed entries that are lost: why, and who may accept it.

use diesel::prelude::*;

use crate::access::actor::{UserId, UserStatus};
use crate::db::Tx;
use crate::db::schema::users;
use crate::db::types::text_enum;
use crate::error::Result;

text_enum! {
    /// Why entries are lost that had been signed.
    LossReason, "loss_reasons", "Waystation" {
        RestoredBackup = "restored_backup": "The database was put back from an older backup",
        OtherCopy = "other_copy": "Another copy of the database is the right one",
        Damage = "damage": "The log was damaged or tampered with",
    }
}

/// Whether they are two, and both may work with the network now.
pub(super) fn are_two(tx: &mut Tx<'_>, by: &[UserId; 2]) -> Result<bool> {
    let active: i64 = users::table
        .filter(users::id.eq_any(by))
        .filter(users::status.eq(UserStatus::Active))
        .count()
        .get_result(tx.conn())?;
    Ok(active == 2)
}
