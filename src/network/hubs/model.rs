//! Rows of hubs.

use diesel::prelude::*;

use super::name::HubName;
use crate::access::HubId;
use crate::db::schema::hubs;
use crate::db::types::{Country, Timestamp};
use crate::network::codes::HubState;

/// A hub as stored.
#[derive(Queryable, Selectable, Insertable, Clone)]
#[diesel(table_name = hubs)]
pub struct Hub {
    /// Its id.
    pub id: HubId,
    /// Its name.
    pub name: HubName,
    /// Where it works.
    pub country: Country,
    /// Whether it takes new cases, shelters and members.
    pub state: HubState,
    /// Version.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What to change of a hub.
#[derive(AsChangeset, Clone, Default)]
#[diesel(table_name = hubs)]
pub(crate) struct HubPatch {
    pub name: Option<HubName>,
    pub country: Option<Country>,
    pub state: Option<HubState>,
}
