//! Queries on the stays of a case that a permit-scoped find gave.

use diesel::dsl::max;
use diesel::prelude::*;

use super::model::{NewStay, Stay, StayId};
use super::rules::{IntakeFacts, open_stay_ended};
use crate::cases::model::Case;
use crate::db::schema::stays;
use crate::db::types::Day;
use crate::db::{Tx, WriteTx, changed_one, on_duplicate};
use crate::error::{Error, Result};
use crate::network::codes::Leaving;
use crate::network::model::Shelter;
use crate::network::store;

/// The case's stays, the latest first, after `start`.
pub(crate) fn of_case(
    tx: &mut Tx<'_>,
    case: &Case,
    start: Option<(Day, StayId)>,
    limit: i64,
) -> Result<Vec<Stay>> {
    let mut query = stays::table.filter(stays::case_id.eq(case.id)).into_boxed();
    if let Some((on, id)) = start {
        query = query.filter(stays::arrived_on.lt(on).or(stays::arrived_on.eq(on).and(stays::id.lt(id))));
    }
    Ok(query
        .order((stays::arrived_on.desc(), stays::id.desc()))
        .limit(limit)
        .select(Stay::as_select())
        .load(tx.conn())?)
}

/// One stay of the case.
pub(crate) fn find(tx: &mut Tx<'_>, case: &Case, id: StayId) -> Result<Stay> {
    Ok(stays::table
        .filter(stays::id.eq(id))
        .filter(stays::case_id.eq(case.id))
        .select(Stay::as_select())
        .first(tx.conn())?)
}

/// What the rows say of taking the person into the shelter.
pub(crate) fn intake_facts(tx: &mut Tx<'_>, case: &Case, shelter: &Shelter) -> Result<IntakeFacts> {
    Ok(IntakeFacts {
        status: case.status,
        opened_on: case.opened_on,
        open_stay: store::has_open_stay(tx, case)?,
        last_left_on: last_left_on(tx, case)?,
        shelter_state: shelter.state,
        beds: shelter.beds,
        occupied: store::occupied(tx, shelter)?,
    })
}

/// The day the person last left a shelter; a stay recorded in error was none.
fn last_left_on(tx: &mut Tx<'_>, case: &Case) -> Result<Option<Day>> {
    Ok(stays::table
        .filter(stays::case_id.eq(case.id))
        .filter(stays::leaving.ne(Leaving::RecordedInError))
        .select(max(stays::left_on))
        .first(tx.conn())?)
}

/// A new stay.
pub(crate) fn insert(tx: &mut WriteTx<'_>, case: &Case, new: &NewStay) -> Result<Stay> {
    diesel::insert_into(stays::table)
        .values(new)
        .execute(tx.conn())
        .map_err(|error| on_duplicate(error, || Error::unmet(vec![open_stay_ended()])))?;
    tx.event.set_subject(new.id);
    find(tx, case, new.id)
}

/// Ends the version that was read.
pub(crate) fn end(
    tx: &mut WriteTx<'_>,
    case: &Case,
    stay: &Stay,
    left_on: Day,
    leaving: Leaving,
) -> Result<Stay> {
    let now = tx.now();
    let changed = diesel::update(stays::table.find(stay.id).filter(stays::version.eq(stay.version)))
        .set((
            stays::left_on.eq(left_on),
            stays::leaving.eq(leaving),
            stays::version.eq(stay.version + 1),
            stays::updated_at.eq(now),
        ))
        .execute(tx.conn())?;
    changed_one(changed)?;
    find(tx, case, stay.id)
}
