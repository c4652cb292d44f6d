//! Rows of stays.

use diesel::prelude::*;

use crate::access::CaseId;
use crate::db::schema::stays;
use crate::db::types::{Day, Timestamp, id};
use crate::http::path::path_id;
use crate::network::codes::Leaving;
use crate::network::model::ShelterId;

id!(StayId, "A stay in a shelter.");
path_id! { StayId: "The stay's id." }

/// A stay as stored.
#[derive(Queryable, Selectable, Clone)]
#[diesel(table_name = stays)]
pub struct Stay {
    /// Its id.
    pub id: StayId,
    /// Whose stay.
    pub case_id: CaseId,
    /// Where.
    pub shelter_id: ShelterId,
    /// The first day.
    pub arrived_on: Day,
    /// The last day, once it ended.
    pub left_on: Option<Day>,
    /// How it ended.
    pub leaving: Option<Leaving>,
    /// When it was entered.
    pub created_at: Timestamp,
    /// When its row last changed.
    pub updated_at: Timestamp,
    /// Its version.
    pub version: i64,
}

/// A stay to insert.
#[derive(Insertable)]
#[diesel(table_name = stays)]
pub(crate) struct NewStay {
    pub id: StayId,
    pub case_id: CaseId,
    pub shelter_id: ShelterId,
    pub arrived_on: Day,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i64,
}
