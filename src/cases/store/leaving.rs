//! Places that end because their holder leaves a hub, or casework altogether.

use std::collections::BTreeMap;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::team::kept;
use crate::access::{CaseId, HubId, UserId};
use crate::audit::{Action, Event};
use crate::cases::scope::{cases_of_team_member, lasts};
use crate::db::schema::{case_team, cases};
use crate::db::types::Timestamp;
use crate::db::{Backend, Tx, WriteTx};
use crate::error::{Error, Result};
use crate::machine::{settled, unmet};

/// What is left.
#[derive(Clone, Copy)]
pub(crate) enum Leaving {
    /// One hub.
    Hub(HubId),
    /// Every case.
    Casework,
}

impl Leaving {
    fn leaves(self, hub: HubId) -> bool {
        match self {
            Self::Hub(left) => left == hub,
            Self::Casework => true,
        }
    }

    fn places(self, user: UserId, now: Timestamp) -> Places {
        let lasting = case_team::user_id.eq(user).and(lasts(now));
        match self {
            Self::Hub(hub) => {
                let of_the_hub =
                    cases::table.filter(cases::id.eq(case_team::case_id)).filter(cases::hub_id.eq(hub));
                Box::new(lasting.and(exists(of_the_hub)))
            }
            Self::Casework => Box::new(lasting),
        }
    }
}

/// A condition on `case_team`.
type Places = Box<dyn BoxableExpression<case_team::table, Backend, SqlType = Bool>>;

/// Ends the places that the user has there now, in the name of `changer`; each is on the record under its case.
pub(crate) fn end_places(
    tx: &mut WriteTx<'_>,
    user: UserId,
    leaving: Leaving,
    changer: Option<UserId>,
) -> Result<()> {
    require_others(tx, user, |hub| leaving.leaves(hub))?;
    let now = tx.now();
    let of: Vec<CaseId> =
        case_team::table.filter(leaving.places(user, now)).select(case_team::case_id).load(tx.conn())?;
    diesel::update(case_team::table.filter(leaving.places(user, now)))
        .set((
            case_team::ends_at.eq(now),
            case_team::changed_by.eq(changer),
            case_team::changed_at.eq(now),
            case_team::version.eq(case_team::version + 1),
        ))
        .execute(tx.conn())?;
    tx.also_record_all(of.into_iter().map(|case| Event::new(Action::TeamEnd).subject(user).about(case)))
}

/// Refuses where a restricted case of these hubs would be left to nobody who can act on it without the user.
///
/// Whoever asks may know of no case: they learn how many there are, and of which hub.
pub(crate) fn require_others(tx: &mut Tx<'_>, user: UserId, of: impl Fn(HubId) -> bool) -> Result<()> {
    let team = cases_of_team_member(user, tx.now());
    let alone: Vec<(CaseId, HubId)> = cases::table
        .filter(cases::id.eq_any(team))
        .filter(cases::restricted)
        .filter(cases::merged_into.is_null())
        .filter(not(kept(Some(user))))
        .select((cases::id, cases::hub_id))
        .load(tx.conn())?;
    let mut by_hub: BTreeMap<HubId, usize> = BTreeMap::new();
    for (case, hub) in alone.into_iter().filter(|(_, hub)| of(*hub)) {
        *by_hub.entry(hub).or_default() += 1;
        // That it was tried tells of them, and so it is on the record, under one of them.
        tx.event.set_case(case);
    }
    let found = by_hub.into_iter().map(|(hub, cases)| {
        unmet(
            "restricted_cases_handed_over",
            format!(
                "restricted cases of the hub {hub} that nobody else could act on: {cases}. First somebody else \
                 needs a place without an end on their teams, or their restriction is lifted"
            ),
        )
    });
    settled(found.collect()).map_err(Error::unmet)
}
