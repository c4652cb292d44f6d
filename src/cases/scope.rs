//! Which cases a permit reaches, as a filter in SQL: never a check after loading.
//!
//! One case is found by its key, and then asked whether a way leads to it; a list starts from the way.
//! So neither grows with the number of cases that somebody works on.
//!
//! Not yours and not there are the same empty answer of the same query, so they cannot be told apart.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::access::{FieldGroup, HubId, Permission, Permit, Reach, UserId};
use crate::db::Backend;
use crate::db::schema::{case_team, cases, emergency_accesses};
use crate::db::types::Timestamp;

/// A condition on `cases`.
pub(crate) type CaseFilter = Box<dyn BoxableExpression<cases::table, Backend, SqlType = Bool>>;

/// One way by which a permit reaches cases. A list asks each way for itself, so that each may use the
/// index that serves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Being on the case's team now.
    Team(UserId),
    /// The case's hub, unless the case is restricted.
    Hub(HubId),
    /// Having opened the case in an emergency that lasts, as long as the case is of this hub and not restricted.
    Emergency(UserId, HubId),
}

/// The ways of a permit; none for a reach that has no cases.
pub(crate) fn ways<P: Permission>(permit: &Permit<P>) -> Vec<Way> {
    let team = permit.user().map(Way::Team);
    let hubs = permit.hubs().iter().copied();
    match permit.reach() {
        Reach::Team => team.into_iter().chain(ways_of_emergency(permit)).collect(),
        // What is of their hubs they see without an emergency.
        Reach::Hub | Reach::Lead | Reach::Emergency => team.into_iter().chain(hubs.map(Way::Hub)).collect(),
        // Nobody reaches every case: no role's row says `all` for one.
        Reach::All | Reach::Own | Reach::No | Reach::Nothing => Vec::new(),
    }
}

fn ways_of_emergency<P: Permission>(permit: &Permit<P>) -> impl Iterator<Item = Way> {
    let hubs = permit.hubs().iter().copied().filter(|_| P::ROW.in_emergency);
    hubs.filter_map(|hub| Some(Way::Emergency(permit.user()?, hub)))
}

impl Way {
    /// Whether this way leads to a case.
    fn leads(self, now: Timestamp) -> CaseFilter {
        match self {
            Self::Team(user) => Box::new(exists(place(user, now))),
            Self::Hub(hub) => Box::new(of_hub(hub)),
            Self::Emergency(user, hub) => Box::new(of_hub(hub).and(exists(emergency(user, now)))),
        }
    }

    /// All the cases that this way leads to.
    pub(crate) fn filter(self, now: Timestamp) -> CaseFilter {
        match self {
            Self::Team(user) => Box::new(cases::id.eq_any(cases_of_team_member(user, now))),
            Self::Hub(_) | Self::Emergency(..) => self.leads(now),
        }
    }
}

/// What of a hub is not its team's alone.
#[diesel::dsl::auto_type]
fn of_hub(hub: HubId) -> _ {
    cases::hub_id.eq(hub).and(cases::restricted.eq(false))
}

/// The user's emergency access to the case, now.
#[diesel::dsl::auto_type]
fn emergency(user: UserId, now: Timestamp) -> _ {
    emergency_accesses::table
        .filter(emergency_accesses::case_id.eq(cases::id))
        .filter(emergency_accesses::user_id.eq(user))
        .filter(emergency_accesses::ends_at.gt(now))
}

/// Whether a place on a team has not ended: what every rule that rests on a place asks.
#[diesel::dsl::auto_type]
pub(crate) fn lasts(now: Timestamp) -> _ {
    case_team::ends_at.is_null().or(case_team::ends_at.assume_not_null().gt(now))
}

/// The ids of the cases on whose team the user is now.
#[diesel::dsl::auto_type]
pub(crate) fn cases_of_team_member(user: UserId, now: Timestamp) -> _ {
    let place_lasts: lasts = lasts(now);
    case_team::table.filter(case_team::user_id.eq(user)).filter(place_lasts).select(case_team::case_id)
}

/// The user's place on the case's team, now.
#[diesel::dsl::auto_type]
fn place(user: UserId, now: Timestamp) -> _ {
    let place_lasts: lasts = lasts(now);
    case_team::table
        .filter(case_team::case_id.eq(cases::id))
        .filter(case_team::user_id.eq(user))
        .filter(place_lasts)
}

/// Whether the permit reaches a case.
pub(crate) fn reached<P: Permission>(permit: &Permit<P>, now: Timestamp) -> CaseFilter {
    any(ways(permit), now)
}

/// Whether an emergency leads to a case, and so opens every field group of it.
pub(crate) fn reached_in_emergency<P: Permission>(permit: &Permit<P>, now: Timestamp) -> CaseFilter {
    any(ways_of_emergency(permit), now)
}

fn any(ways: impl IntoIterator<Item = Way>, now: Timestamp) -> CaseFilter {
    ways.into_iter()
        .map(|way| way.leads(now))
        .reduce(|filter, way| Box::new(filter.or(way)))
        .unwrap_or_else(|| Box::new(false.into_sql::<Bool>()))
}

/// Whether a place on the team, now, opens the field group.
fn place_opens(user: UserId, group: FieldGroup, now: Timestamp) -> CaseFilter {
    let place = place(user, now);
    match group {
        FieldGroup::Identity => Box::new(exists(place.filter(case_team::identity))),
        FieldGroup::Contact => Box::new(exists(place.filter(case_team::contact))),
        FieldGroup::Family => Box::new(exists(place.filter(case_team::family))),
        FieldGroup::Protection => Box::new(exists(place.filter(case_team::protection))),
        FieldGroup::Health => Box::new(exists(place.filter(case_team::health))),
        FieldGroup::Legal => Box::new(exists(place.filter(case_team::legal))),
        FieldGroup::Passage => Box::new(exists(place.filter(case_team::passage))),
    }
}

/// Whether the permit, which reaches the case, opens the field group of it.
pub(crate) fn opens<P: Permission>(
    permit: &Permit<P>,
    user: UserId,
    group: FieldGroup,
    now: Timestamp,
) -> CaseFilter {
    let in_emergency = reached_in_emergency(permit, now);
    match permit.reach() {
        Reach::Emergency => in_emergency,
        _ => Box::new(place_opens(user, group, now).or(in_emergency)),
    }
}
