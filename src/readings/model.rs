//! Rows of the reading budget.

use diesel::prelude::*;

use crate::access::{CaseId, UserId};
use crate::db::schema::{case_readings, reading_allowances};
use crate::db::types::Timestamp;

/// That a user opened something sealed of a case: since when it counts.
#[derive(Insertable)]
#[diesel(table_name = case_readings)]
pub(super) struct CaseReading {
    pub user_id: UserId,
    pub case_id: CaseId,
    pub counted_at: Timestamp,
}

/// What a user may open beside their budget, and when their coordinators were last told that they wait.
#[derive(Insertable, Queryable, Selectable, AsChangeset, Clone)]
#[diesel(table_name = reading_allowances, treat_none_as_null = true)]
pub(super) struct Allowance {
    pub user_id: UserId,
    /// So many more cases.
    pub more: i64,
    /// Until then.
    pub until_at: Option<Timestamp>,
    pub allowed_by: Option<UserId>,
    pub told_at: Option<Timestamp>,
}

impl Allowance {
    /// How many more it allows now.
    pub(super) fn more_at(&self, now: Timestamp) -> i64 {
        if self.until_at.is_some_and(|until| until > now) { self.more } else { 0 }
    }
}
