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
use crate::db::schema::{case_team, cases};
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
}

/// The ways of a permit; none for a reach that has no cases.
pub(crate) fn ways<P: Permission>(permit: &Permit<P>) -> Vec<Way> {
    let team = permit.user().map(Way::Team);
    match permit.reach() {
        Reach::Team => team.into_iter().collect(),
        Reach::Hub | Reach::Lead => {
            team.into_iter().chain(permit.hubs().iter().copied().map(Way::Hub)).collect()
        }
        // Nobody reaches every case: no role's row says `all` for one.
        Reach::All | Reach::Own | Reach::No => Vec::new(),
    }
}

impl Way {
    /// Whether this way leads to a case.
    fn leads(self, now: Timestamp) -> CaseFilter {
        match self {
            Self::Team(user) => Box::new(exists(place(user, now))),
            Self::Hub(hub) => Box::new(cases::hub_id.eq(hub).and(cases::restricted.eq(false))),
        }
    }

    /// All the cases that this way leads to.
    pub(crate) fn filter(self, now: Timestamp) -> CaseFilter {
        match self {
            Self::Team(user) => Box::new(cases::id.eq_any(cases_of_team_member(user, now))),
            Self::Hub(_) => self.leads(now),
        }
    }
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
    ways(permit)
        .into_iter()
        .map(|way| way.leads(now))
        .reduce(|filter, way| Box::new(filter.or(way)))
        .unwrap_or_else(|| Box::new(false.into_sql::<Bool>()))
}

/// Whether a place on the team, now, opens the field group.
pub(crate) fn opens(user: UserId, group: FieldGroup, now: Timestamp) -> CaseFilter {
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
