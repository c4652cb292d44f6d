//! Rows of resettlement submissions.

use diesel::prelude::*;

use super::codes::{Category, Priority, ResettlementState};
use crate::access::CaseId;
use crate::db::schema::resettlements;
use crate::db::types::{Country, Day, Timestamp, id};

id!(ResettlementId, "A resettlement submission.");

crate::http::path::path_id! { ResettlementId: "The resettlement's id." }

/// A submission as stored.
#[derive(Insertable, Queryable, Selectable, Clone)]
#[diesel(table_name = resettlements)]
pub struct Resettlement {
    /// Its id.
    pub id: ResettlementId,
    /// Whose it is.
    pub case_id: CaseId,
    /// The country that is asked.
    pub country: Country,
    /// Why the person needs it.
    pub primary_category: Category,
    /// Another reason.
    pub secondary_category: Option<Category>,
    /// How soon.
    pub priority: Priority,
    /// How far it is.
    pub state: ResettlementState,
    /// Since when it is in its state.
    pub state_on: Day,
    /// When it was entered.
    pub created_at: Timestamp,
    /// When its row last changed.
    pub updated_at: Timestamp,
    /// Its version.
    pub version: i64,
}
