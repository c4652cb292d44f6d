//! Queries on hubs, within the reach of the permit.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::model::{Hub, HubPatch};
use super::name::HubName;
use crate::access::{HubId, Permission, Permit, Reach};
use crate::db::schema::hubs;
use crate::db::types::Country;
use crate::db::{Backend, Tx, WriteTx, changed_one, on_duplicate};
use crate::error::{Code, Error, Result};
use crate::network::codes::HubState;

fn reached<P: Permission>(
    permit: &Permit<P>,
) -> Box<dyn BoxableExpression<hubs::table, Backend, SqlType = Bool>> {
    match permit.reach() {
        Reach::All => Box::new(diesel::dsl::sql::<Bool>("1 = 1")),
        Reach::Hub | Reach::Lead => Box::new(hubs::id.eq_any(permit.hubs().to_vec())),
        Reach::Team | Reach::Emergency | Reach::Own | Reach::No | Reach::Nothing => {
            Box::new(diesel::dsl::sql::<Bool>("1 = 0"))
        }
    }
}

/// A hub within reach; not within reach and not there are one answer.
pub(crate) fn find<P: Permission>(tx: &mut Tx<'_>, permit: &Permit<P>, id: HubId) -> Result<Hub> {
    let query = hubs::table.filter(hubs::id.eq(id)).filter(reached(permit));
    Ok(query.select(Hub::as_select()).first(tx.conn())?)
}

/// A hub by its name: for the operator at the machine.
pub(crate) fn by_name(tx: &mut Tx<'_>, name: &HubName) -> Result<Option<Hub>> {
    let query = hubs::table.filter(hubs::name.eq(name));
    Ok(query.select(Hub::as_select()).first(tx.conn()).optional()?)
}

/// Hubs within reach in the order of their names, after `start`.
pub(crate) fn list<P: Permission>(
    tx: &mut Tx<'_>,
    permit: &Permit<P>,
    start: Option<&HubName>,
    limit: i64,
) -> Result<Vec<Hub>> {
    let mut query = hubs::table.filter(reached(permit)).into_boxed();
    if let Some(start) = start {
        query = query.filter(hubs::name.gt(start.clone()));
    }
    Ok(query.order(hubs::name).limit(limit).select(Hub::as_select()).load(tx.conn())?)
}

/// The state of a hub, for who is to be put into it; `None` when there is none.
pub(crate) fn state(tx: &mut Tx<'_>, id: HubId) -> Result<Option<HubState>> {
    Ok(hubs::table.find(id).select(hubs::state).first(tx.conn()).optional()?)
}

/// Creates a hub.
pub(crate) fn create(tx: &mut WriteTx<'_>, name: &HubName, country: Country) -> Result<Hub> {
    let now = tx.now();
    let hub = Hub {
        id: HubId::generate(),
        name: name.clone(),
        country,
        state: HubState::Open,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    diesel::insert_into(hubs::table)
        .values(&hub)
        .execute(tx.conn())
        .map_err(|error| on_duplicate(error, name_taken))?;
    tx.event.set_subject(hub.id);
    Ok(hub)
}

/// Changes the named columns of the version that was read, and gives the new row.
pub(crate) fn update(tx: &mut WriteTx<'_>, hub: &Hub, patch: &HubPatch) -> Result<Hub> {
    let now = tx.now();
    let changed =
        diesel::update(hubs::table.filter(hubs::id.eq(hub.id)).filter(hubs::version.eq(hub.version)))
            .set((patch, hubs::version.eq(hub.version + 1), hubs::updated_at.eq(now)))
            .execute(tx.conn())
            .map_err(|error| on_duplicate(error, name_taken))?;
    changed_one(changed)?;
    Ok(hubs::table.find(hub.id).select(Hub::as_select()).first(tx.conn())?)
}

fn name_taken() -> Error {
    Error::new(Code::AlreadyExists, "Another hub has this name: choose another one.")
}
