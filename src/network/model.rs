//! Rows of shelters. Stays are in `stays/model.rs`.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codename::Codename;
use super::codes::ShelterState;
use crate::access::HubId;
use crate::db::schema::shelters;
use crate::db::types::{Timestamp, id};
use crate::http::path::path_id;

id!(ShelterId, "A shelter.");
path_id! { ShelterId: "The shelter's id." }

/// How many people may sleep in a shelter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "i32")]
#[schema(minimum = 1, maximum = 500, example = 6)]
pub struct Beds(i32);

impl Beds {
    /// The number.
    #[must_use]
    pub const fn get(self) -> i32 {
        self.0
    }
}

impl TryFrom<i32> for Beds {
    type Error = &'static str;

    fn try_from(beds: i32) -> Result<Self, Self::Error> {
        if (1..=500).contains(&beds) { Ok(Self(beds)) } else { Err("a shelter has 1 to 500 beds") }
    }
}

/// A shelter as stored.
#[derive(Queryable, Selectable, Clone)]
#[diesel(table_name = shelters)]
pub struct Shelter {
    /// Its id.
    pub id: ShelterId,
    /// The hub that runs it.
    pub hub_id: HubId,
    /// What it is called.
    pub codename: Codename,
    /// How many people may sleep in it.
    pub beds: i32,
    /// Whether it may be used.
    pub state: ShelterState,
    /// Its version.
    pub version: i64,
    /// When it was entered.
    pub created_at: Timestamp,
    /// When its row last changed.
    pub updated_at: Timestamp,
}

/// A shelter to insert.
#[derive(Insertable)]
#[diesel(table_name = shelters)]
pub(crate) struct NewShelter {
    pub id: ShelterId,
    pub hub_id: HubId,
    pub codename: Codename,
    pub beds: i32,
    pub state: ShelterState,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What of a shelter's row changes; the version and the moment always do.
#[derive(AsChangeset)]
#[diesel(table_name = shelters)]
pub(crate) struct ShelterPatch {
    pub codename: Option<Codename>,
    pub beds: Option<i32>,
    pub state: Option<ShelterState>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shelter_has_1_to_500_beds() {
        for (beds, good) in [(-1, false), (0, false), (1, true), (500, true), (501, false)] {
            assert_eq!(Beds::try_from(beds).is_ok(), good, "{beds}");
        }
    }
}
