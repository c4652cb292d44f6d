//! Rows of notices.

use diesel::prelude::*;

use super::codes::NoticeKind;
use crate::access::UserId;
use crate::db::schema::notices;
use crate::db::types::{Timestamp, id};

id!(NoticeId, "A notice.", dated);
crate::http::path::path_id! { NoticeId: "The notice's id, from one's own notices." }

/// A notice to one user.
#[derive(Insertable, Queryable, Selectable, Clone)]
#[diesel(table_name = notices)]
pub(crate) struct Notice {
    pub id: NoticeId,
    pub user_id: UserId,
    pub kind: NoticeKind,
    /// The id of what waits.
    pub subject: String,
    pub told_at: Timestamp,
    pub seen_at: Option<Timestamp>,
}
