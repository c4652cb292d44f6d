//! Rows of what is granted.

use diesel::prelude::*;

use crate::access::{Role, UserId};
use crate::accounts::codes::{GrantDecision, GrantKind};
use crate::db::schema::account_grants;
use crate::db::types::{Timestamp, id};

id!(GrantId, "What is granted to an account.", dated);
crate::http::path::path_id! { GrantId: "The grant's id, from the list of them." }

/// What somebody asked for, and what became of it. No `Debug`: it holds the hash of a code.
#[derive(Insertable, Queryable, Selectable, Clone)]
#[diesel(table_name = account_grants)]
pub(crate) struct Grant {
    pub id: GrantId,
    pub user_id: UserId,
    pub kind: GrantKind,
    /// The role that is granted; none where a password was lost.
    pub role: Option<Role>,
    pub asked_by: UserId,
    /// The role of whoever asked.
    pub asked_as: Role,
    pub asked_at: Timestamp,
    /// Until when somebody may decide.
    pub expires_at: Timestamp,
    pub decision: Option<GrantDecision>,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<Timestamp>,
    /// Of the code that activates the account.
    pub code_hash: Option<String>,
    pub code_expires_at: Option<Timestamp>,
    pub activated_at: Option<Timestamp>,
}

impl Grant {
    /// What changes of one is decided once, and used once.
    pub(crate) fn version(&self) -> i64 {
        1 + i64::from(self.decision.is_some()) + i64::from(self.activated_at.is_some())
    }
}
