//! Rows of addresses.

use diesel::prelude::*;
use serde::Serialize;

use crate::access::UserId;
use crate::db::schema::mail_addresses;
use crate::db::types::Timestamp;

/// Where a user is told by e-mail. No `Debug`.
#[derive(Insertable, Queryable, Selectable, Serialize, Clone)]
#[diesel(table_name = mail_addresses)]
pub(super) struct MailAddress {
    pub user_id: UserId,
    /// The address, sealed for its user.
    pub sealed: Vec<u8>,
    pub set_at: Timestamp,
    /// Of what was told until then there has been a message.
    pub told_to: Timestamp,
    /// Before then no other message is begun.
    pub not_before: Timestamp,
    /// When the mail server last took one.
    pub mailed_at: Option<Timestamp>,
}
