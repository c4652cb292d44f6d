//! Writing legs. The version of the journey, which whoever writes one raises too, keeps two writers
//! apart.

use diesel::prelude::*;

use crate::access::UserId;
use crate::db::schema::legs;
use crate::db::{WriteTx, changed_one};
use crate::error::Result;
use crate::transit::codes::LegState;
use crate::transit::model::Leg;

/// A new leg.
pub(crate) fn insert_leg(tx: &mut WriteTx<'_>, leg: &Leg) -> Result<()> {
    diesel::insert_into(legs::table).values(leg).execute(tx.conn())?;
    Ok(())
}

/// Puts a leg into the state `to` on a day, which is its first where it starts and its last where it
/// ends. A leg that was cancelled had neither.
pub(crate) fn set_leg_state(
    tx: &mut WriteTx<'_>,
    leg: &Leg,
    teller: UserId,
    to: LegState,
    on: crate::db::types::Day,
) -> Result<()> {
    let (started_on, ended_on) = match to {
        LegState::Planned | LegState::Cancelled => (leg.started_on, leg.ended_on),
        LegState::Underway => (Some(on), None),
        LegState::Arrived | LegState::TurnedBack | LegState::Intercepted | LegState::LostContact => {
            (leg.started_on, Some(on))
        }
    };
    let now = tx.now();
    let changed = diesel::update(legs::table.find(leg.id).filter(legs::version.eq(leg.version)))
        .set((
            legs::state.eq(to),
            legs::started_on.eq(started_on),
            legs::ended_on.eq(ended_on),
            legs::version.eq(leg.version + 1),
            legs::updated_by.eq(teller),
            legs::updated_at.eq(now),
        ))
        .execute(tx.conn())?;
    changed_one(changed)
}
