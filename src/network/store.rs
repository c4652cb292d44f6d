//! Queries on shelters. Every one asks for the permit and filters by its hubs, in SQL.

use std::collections::HashMap;

use diesel::dsl::{count_star, exists};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde::{Deserialize, Serialize};

use super::codename::Codename;
use super::codes::{HubState, ShelterState};
use super::model::{NewShelter, Shelter, ShelterId, ShelterPatch};
use crate::access::{HubId, Permission, Permit, Reach};
use crate::cases::model::Case;
use crate::db::schema::{hubs, shelters, stays};
use crate::db::{Backend, Tx, WriteTx, changed_one, on_duplicate};
use crate::error::{Code, Error, Result};

/// What a list may be narrowed by.
#[derive(Clone, Copy, Default)]
pub(crate) struct ShelterListFilter {
    pub hub: Option<HubId>,
    pub state: Option<ShelterState>,
}

/// Where a page ends: codenames are unique in a hub only, so the id decides between hubs.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ListKey(pub Codename, pub ShelterId);

/// A condition on `shelters`.
type ShelterFilter = Box<dyn BoxableExpression<shelters::table, Backend, SqlType = Bool>>;

/// The shelters of the hubs that the permit reaches.
fn reached<P: Permission>(permit: &Permit<P>) -> ShelterFilter {
    match permit.reach() {
        Reach::All => Box::new(diesel::dsl::sql::<Bool>("1 = 1")),
        Reach::Hub | Reach::Lead | Reach::Team => Box::new(shelters::hub_id.eq_any(permit.hubs().to_vec())),
        Reach::Emergency | Reach::Own | Reach::No | Reach::Nothing => {
            Box::new(diesel::dsl::sql::<Bool>("1 = 0"))
        }
    }
}

/// The shelter within the permit's reach; not yours and not there are one answer.
pub(crate) fn find<P: Permission>(tx: &mut Tx<'_>, permit: &Permit<P>, id: ShelterId) -> Result<Shelter> {
    Ok(shelters::table
        .filter(shelters::id.eq(id))
        .filter(reached(permit))
        .select(Shelter::as_select())
        .first(tx.conn())?)
}

/// Up to `limit` shelters after `start`, by codename.
pub(crate) fn list<P: Permission>(
    tx: &mut Tx<'_>,
    permit: &Permit<P>,
    filter: ShelterListFilter,
    start: Option<&ListKey>,
    limit: i64,
) -> Result<Vec<Shelter>> {
    let mut query = shelters::table.into_boxed().filter(reached(permit));
    if let Some(hub) = filter.hub {
        query = query.filter(shelters::hub_id.eq(hub));
    }
    if let Some(state) = filter.state {
        query = query.filter(shelters::state.eq(state));
    }
    if let Some(ListKey(codename, id)) = start {
        let same_name = shelters::codename.eq(codename.clone()).and(shelters::id.gt(*id));
        query = query.filter(shelters::codename.gt(codename.clone()).or(same_name));
    }
    Ok(query
        .order((shelters::codename, shelters::id))
        .limit(limit)
        .select(Shelter::as_select())
        .load(tx.conn())?)
}

/// How many people stay in each of these shelters now, in one query; a shelter without any is absent.
pub(crate) fn occupancy(tx: &mut Tx<'_>, shelters: &[Shelter]) -> Result<HashMap<ShelterId, i64>> {
    let ids: Vec<ShelterId> = shelters.iter().map(|shelter| shelter.id).collect();
    let counts: Vec<(ShelterId, i64)> = stays::table
        .filter(stays::left_on.is_null())
        .filter(stays::shelter_id.eq_any(ids))
        .group_by(stays::shelter_id)
        .select((stays::shelter_id, count_star()))
        .load(tx.conn())?;
    Ok(counts.into_iter().collect())
}

/// How many people stay in the shelter now.
pub(crate) fn occupied(tx: &mut Tx<'_>, shelter: &Shelter) -> Result<i64> {
    Ok(stays::table
        .filter(stays::shelter_id.eq(shelter.id))
        .filter(stays::left_on.is_null())
        .count()
        .get_result(tx.conn())?)
}

/// Whether the case's person stays in a shelter now.
pub(crate) fn has_open_stay(tx: &mut Tx<'_>, case: &Case) -> Result<bool> {
    let open = stays::table.filter(stays::case_id.eq(case.id)).filter(stays::left_on.is_null());
    Ok(diesel::select(exists(open)).get_result(tx.conn())?)
}

/// Refuses a hub that is not open or not within reach.
pub(crate) fn require_open_hub<P: Permission>(tx: &mut Tx<'_>, permit: &Permit<P>, hub: HubId) -> Result<()> {
    let open = hubs::table.filter(hubs::id.eq(hub)).filter(hubs::state.eq(HubState::Open));
    if permit.reaches_hub(&hub) && diesel::select(exists(open)).get_result(tx.conn())? {
        return Ok(());
    }
    Err(no_open_hub_of_yours())
}

/// The same for a hub that is closed, not theirs or not there.
pub(crate) fn no_open_hub_of_yours() -> Error {
    Error::invalid_field("/hub_id", "Name an open hub of yours; see GET /v1/hubs.")
}

/// A new shelter.
pub(crate) fn insert(tx: &mut WriteTx<'_>, new: &NewShelter) -> Result<Shelter> {
    diesel::insert_into(shelters::table)
        .values(new)
        .execute(tx.conn())
        .map_err(|error| on_duplicate(error, name_taken))?;
    tx.event.set_subject(new.id);
    reload(tx, new.id)
}

/// Changes the named columns of the version that was read, and gives the new row.
pub(crate) fn update(tx: &mut WriteTx<'_>, shelter: &Shelter, patch: &ShelterPatch) -> Result<Shelter> {
    let now = tx.now();
    let changed =
        diesel::update(shelters::table.find(shelter.id).filter(shelters::version.eq(shelter.version)))
            .set((patch, shelters::version.eq(shelter.version + 1), shelters::updated_at.eq(now)))
            .execute(tx.conn())
            .map_err(|error| on_duplicate(error, name_taken))?;
    changed_one(changed)?;
    reload(tx, shelter.id)
}

fn reload(tx: &mut Tx<'_>, id: ShelterId) -> Result<Shelter> {
    Ok(shelters::table.find(id).select(Shelter::as_select()).first(tx.conn())?)
}

fn name_taken() -> Error {
    Error::new(Code::AlreadyExists, "The hub has a shelter of this codename: choose another one.")
}
