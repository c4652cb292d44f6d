//! Rows of second factors and recovery codes. No `Debug`: what they hold opens accounts.

use chrono::TimeDelta;
use diesel::prelude::*;

use crate::access::UserId;
use crate::db::schema::{recovery_codes, second_factors};
use crate::db::types::Timestamp;

/// For how long one that was begun can be confirmed.
const PENDING: TimeDelta = TimeDelta::minutes(10);

/// A user's second factor, enrolled or not yet.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = second_factors)]
pub(crate) struct FactorRow {
    pub user_id: UserId,
    pub secret: Option<Vec<u8>>,
    pub enrolled_at: Option<Timestamp>,
    /// One that counts for nothing until a code of it was given.
    pub pending: Option<Vec<u8>>,
    pub pending_since: Option<Timestamp>,
    /// The newest step of which a code was used.
    pub last_step: i64,
}

impl FactorRow {
    /// The secret that can be confirmed.
    pub(super) fn pending(&self, now: Timestamp) -> Option<&[u8]> {
        let lasts = self.pending_since.is_some_and(|since| since.plus(PENDING) > now);
        self.pending.as_deref().filter(|_| lasts)
    }
}

/// One that is enrolled.
pub(crate) struct EnrolledFactor {
    pub user_id: UserId,
    pub secret: Vec<u8>,
    pub last_step: i64,
}

/// A recovery code, by its hash.
#[derive(Insertable)]
#[diesel(table_name = recovery_codes)]
pub(crate) struct RecoveryRow {
    pub code_hash: String,
    pub user_id: UserId,
    pub made_at: Timestamp,
}
