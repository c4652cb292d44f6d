//! Queries on resettlements. Each asks for a case that `cases::store::find` found within reach.

use diesel::prelude::*;

use super::codes::ResettlementState;
use super::model::{Resettlement, ResettlementId};
use super::rules::is_accepted;
use crate::cases::model::Case;
use crate::db::schema::resettlements::dsl;
use crate::db::types::{Day, Timestamp};
use crate::db::{Tx, WriteTx, changed_one};
use crate::error::Result;

/// Whether a country accepted one of the case's submissions, for the guard of the stage.
pub(crate) fn accepted_by_country(tx: &mut Tx<'_>, case: &Case) -> Result<bool> {
    let states: Vec<ResettlementState> =
        dsl::resettlements.filter(dsl::case_id.eq(case.id)).select(dsl::state).load(tx.conn())?;
    Ok(states.into_iter().any(is_accepted))
}

/// The resettlements of a case, the oldest first, after `start`.
pub(crate) fn of_case(
    tx: &mut Tx<'_>,
    case: &Case,
    start: Option<(Timestamp, ResettlementId)>,
    limit: i64,
) -> Result<Vec<Resettlement>> {
    let mut query = dsl::resettlements.filter(dsl::case_id.eq(case.id)).into_boxed();
    if let Some((at, id)) = start {
        query = query.filter(dsl::created_at.gt(at).or(dsl::created_at.eq(at).and(dsl::id.gt(id))));
    }
    Ok(query
        .order((dsl::created_at, dsl::id))
        .limit(limit)
        .select(Resettlement::as_select())
        .load(tx.conn())?)
}

/// One resettlement of a case.
pub(crate) fn find(tx: &mut Tx<'_>, case: &Case, id: ResettlementId) -> Result<Resettlement> {
    Ok(dsl::resettlements
        .filter(dsl::case_id.eq(case.id))
        .filter(dsl::id.eq(id))
        .select(Resettlement::as_select())
        .first(tx.conn())?)
}

/// A new resettlement, noted on the event.
pub(crate) fn insert(tx: &mut WriteTx<'_>, resettlement: &Resettlement) -> Result<()> {
    diesel::insert_into(dsl::resettlements).values(resettlement).execute(tx.conn())?;
    tx.event.set_subject(resettlement.id);
    Ok(())
}

/// Brings the version that was read into another state, and gives the new row.
pub(crate) fn set_state(
    tx: &mut WriteTx<'_>,
    case: &Case,
    read: &Resettlement,
    to: ResettlementState,
    on: Day,
) -> Result<Resettlement> {
    let now = tx.now();
    let changed =
        diesel::update(dsl::resettlements.filter(dsl::id.eq(read.id)).filter(dsl::version.eq(read.version)))
            .set((
                dsl::state.eq(to),
                dsl::state_on.eq(on),
                dsl::updated_at.eq(now),
                dsl::version.eq(read.version + 1),
            ))
            .execute(tx.conn())?;
    changed_one(changed)?;
    find(tx, case, read.id)
}
