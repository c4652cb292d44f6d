//! Queries on the journeys of a case that a permit-scoped find gave. Legs are written in `legs.rs`.

mod keepers;
mod legs;

use diesel::dsl::{count_star, exists};
use diesel::prelude::*;

pub(crate) use keepers::unfit_keepers;
pub(crate) use legs::{insert_leg, set_leg_state};

use super::approval::open_journey_ended;
use super::codes::{JourneyState, LegState};
use super::model::{Itinerary, Journey, JourneyId, JourneyPatch, Leg, NewJourney};
use crate::cases::model::Case;
use crate::db::schema::{journeys, legs as leg_rows};
use crate::db::types::Timestamp;
use crate::db::{Tx, WriteTx, changed_one, on_duplicate};
use crate::error::{Error, Result};

/// The states of a journey that has not ended: a case has one such journey at most.
const OPEN: [JourneyState; 3] = [JourneyState::Planned, JourneyState::Approved, JourneyState::Underway];

/// The case's journeys with their legs, the latest first, after `start`.
pub(crate) fn of_case(
    tx: &mut Tx<'_>,
    case: &Case,
    start: Option<(Timestamp, JourneyId)>,
    limit: i64,
) -> Result<Vec<Itinerary>> {
    let mut query = journeys::table.filter(journeys::case_id.eq(case.id)).into_boxed();
    if let Some((at, id)) = start {
        query = query
            .filter(journeys::created_at.lt(at).or(journeys::created_at.eq(at).and(journeys::id.lt(id))));
    }
    let rows: Vec<Journey> = query
        .order((journeys::created_at.desc(), journeys::id.desc()))
        .limit(limit)
        .select(Journey::as_select())
        .load(tx.conn())?;
    let legs: Vec<Leg> = leg_rows::table
        .filter(leg_rows::journey_id.eq_any(rows.iter().map(|journey| journey.id).collect::<Vec<_>>()))
        .order(leg_rows::place)
        .select(Leg::as_select())
        .load(tx.conn())?;
    let with_legs = |journey: Journey| {
        let legs = legs.iter().filter(|leg| leg.journey_id == journey.id).cloned().collect();
        Itinerary { journey, legs }
    };
    Ok(rows.into_iter().map(with_legs).collect())
}

/// One journey of the case, with its legs.
pub(crate) fn find(tx: &mut Tx<'_>, case: &Case, id: JourneyId) -> Result<Itinerary> {
    let journey: Journey = journeys::table
        .filter(journeys::id.eq(id))
        .filter(journeys::case_id.eq(case.id))
        .select(Journey::as_select())
        .first(tx.conn())?;
    let legs = leg_rows::table
        .filter(leg_rows::journey_id.eq(journey.id))
        .order(leg_rows::place)
        .select(Leg::as_select())
        .load(tx.conn())?;
    Ok(Itinerary { journey, legs })
}

/// Whether the case has a journey that has not ended.
pub(crate) fn has_open_journey(tx: &mut Tx<'_>, case: &Case) -> Result<bool> {
    let open = journeys::table.filter(journeys::case_id.eq(case.id)).filter(journeys::state.eq_any(OPEN));
    Ok(diesel::select(exists(open)).get_result(tx.conn())?)
}

/// For the guards of the stages: whether a journey is approved or underway, and how many legs it has,
/// cancelled ones apart.
pub(crate) fn journey_facts(tx: &mut Tx<'_>, case: &Case) -> Result<(bool, usize)> {
    let approved: Option<JourneyId> = journeys::table
        .filter(journeys::case_id.eq(case.id))
        .filter(journeys::state.eq(JourneyState::Approved).or(journeys::state.eq(JourneyState::Underway)))
        .select(journeys::id)
        .first(tx.conn())
        .optional()?;
    let Some(journey) = approved else { return Ok((false, 0)) };
    let legs: i64 = leg_rows::table
        .filter(leg_rows::journey_id.eq(journey))
        .filter(leg_rows::state.ne(LegState::Cancelled))
        .select(count_star())
        .get_result(tx.conn())?;
    Ok((true, usize::try_from(legs).map_err(Error::internal)?))
}

/// A new journey, without legs yet.
pub(crate) fn insert(tx: &mut WriteTx<'_>, new: &NewJourney) -> Result<()> {
    diesel::insert_into(journeys::table)
        .values(new)
        .execute(tx.conn())
        .map_err(|error| on_duplicate(error, || Error::unmet(vec![open_journey_ended()])))?;
    tx.event.set_subject(new.id);
    Ok(())
}

/// Changes the version that was read. The state may stay what it is: a leg has changed then, and the
/// journey has a new version all the same.
pub(crate) fn update(tx: &mut WriteTx<'_>, journey: &Journey, patch: &JourneyPatch) -> Result<()> {
    let now = tx.now();
    let changed =
        diesel::update(journeys::table.find(journey.id).filter(journeys::version.eq(journey.version)))
            .set((patch, journeys::version.eq(journey.version + 1), journeys::updated_at.eq(now)))
            .execute(tx.conn())?;
    changed_one(changed)
}
