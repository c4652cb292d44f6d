//! Counting, in SQL. Today's figures come from the rows of the cases as they stand, by an index that
//! covers the query; those of an earlier day from their history, corrections heeded.
//!
//! Sex, age band and destination have no history: an earlier day bears today's. They make ten times as many
//! kinds of cases, so the database tells them apart only where they are asked for.

use diesel::dsl::{count_star, not};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::model::{Persons, ReportScope, Standing};
use crate::access::permissions::ReportStages;
use crate::access::{HubId, Permit, Reach, Role, UserId};
use crate::cases::scope::{Way, cases_of_team_member};
use crate::db::schema::{case_periods, cases};
use crate::db::types::Day;
use crate::db::{Backend, Tx};
use crate::error::{Error, Result};

/// Whose cases the permit lets be counted, narrowed to a hub.
///
/// A coordinator's hub that is not theirs is not there: an exact zero would be false.
pub(crate) fn scope(permit: &Permit<ReportStages>, hub: Option<HubId>) -> Result<ReportScope> {
    match (permit.reach(), hub) {
        // As whoever has nothing sees it.
        (Reach::Nothing, hub) if permit.actor().is_some_and(|actor| actor.role == Role::Caseworker) => {
            Ok(ReportScope::Team { hub })
        }
        (Reach::Nothing, None) => Ok(ReportScope::Hub { hubs: Vec::new() }),
        (Reach::Team, hub) => Ok(ReportScope::Team { hub }),
        (Reach::Hub, None) => Ok(ReportScope::Hub { hubs: permit.hubs().to_vec() }),
        (Reach::Hub, Some(hub)) if permit.reaches_hub(&hub) => Ok(ReportScope::Hub { hubs: vec![hub] }),
        _ => Err(Error::not_found()),
    }
}

/// How many cases stand where; whom they are about where that was asked for.
type Counted = (Standing, Option<Persons>, i64);

/// Counts the rows of a query where they stand, and by whom they are about if that was asked for.
/// A macro, because the two queries have nothing in common that a trait of diesel would say.
macro_rules! count_by {
    ($tx:ident, $persons:ident, $standing:ident, $rows:expr) => {{
        let about = (cases::destination_country, cases::sex, cases::age_band);
        if $persons {
            let columns = ($standing, about);
            let counted: Vec<(Standing, Persons, i64)> =
                $rows.group_by(columns).select(($standing, about, count_star())).load($tx.conn())?;
            Ok(counted
                .into_iter()
                .map(|(standing, persons, cases)| (standing, Some(persons), cases))
                .collect())
        } else {
            let counted: Vec<(Standing, i64)> =
                $rows.group_by($standing).select(($standing, count_star())).load($tx.conn())?;
            Ok(counted.into_iter().map(|(standing, cases)| (standing, None, cases)).collect())
        }
    }};
}

/// Cases that one query counts, by the index that serves it.
struct Part {
    whose: Whose,
    /// Only those that are restricted, or only those that are not.
    restricted: Option<bool>,
}

enum Whose {
    Hubs(Vec<HubId>),
    Team(UserId),
}

/// What is counted. Where restricted cases are left out, those whose team one is on are counted apart.
fn parts(permit: &Permit<ReportStages>, scope: &ReportScope, open_only: bool) -> Result<Vec<Part>> {
    let team = Whose::Team(permit.person()?);
    Ok(match scope {
        ReportScope::Team { .. } => vec![Part { whose: team, restricted: None }],
        ReportScope::Hub { hubs } => {
            let hubs = Whose::Hubs(hubs.clone());
            if open_only {
                vec![
                    Part { whose: hubs, restricted: Some(false) },
                    Part { whose: team, restricted: Some(true) },
                ]
            } else {
                vec![Part { whose: hubs, restricted: None }]
            }
        }
    })
}

/// Counts as of a day that has come; with `open_only` without the restricted cases whose team one is not on.
pub(crate) fn counted(
    tx: &mut Tx<'_>,
    permit: &Permit<ReportStages>,
    scope: &ReportScope,
    day: Day,
    persons: bool,
    open_only: bool,
) -> Result<Vec<Counted>> {
    let mut counted = Vec::new();
    if permit.reach() == Reach::Nothing {
        return Ok(counted);
    }
    for part in parts(permit, scope, open_only)? {
        counted.extend(if day == tx.today() { now(tx, part, persons)? } else { on(tx, part, day, persons)? });
    }
    // Not in SQL: the planner would go through the whole hub to find one person's cases in it.
    counted.retain(|(standing, ..)| match scope {
        ReportScope::Team { hub } => hub.is_none_or(|hub| hub == standing.hub_id),
        ReportScope::Hub { hubs } => hubs.contains(&standing.hub_id),
    });
    Ok(counted)
}

type OnCases = Box<dyn BoxableExpression<cases::table, Backend, SqlType = Bool>>;

/// Counts as the rows stand now.
fn now(tx: &mut Tx<'_>, part: Part, persons: bool) -> Result<Vec<Counted>> {
    let whose: OnCases = match part.whose {
        Whose::Hubs(hubs) => Box::new(cases::hub_id.eq_any(hubs)),
        Whose::Team(user) => Way::Team(user).filter(tx.now()),
    };
    // A case that was merged is the same person as the one it leads to.
    let whose = whose.and(cases::merged_into.is_null());
    // As a condition and not as a value: the partial index of restricted cases serves it on both databases.
    let within: OnCases = match part.restricted {
        Some(true) => Box::new(whose.and(cases::restricted)),
        Some(false) => Box::new(whose.and(not(cases::restricted))),
        None => Box::new(whose),
    };
    let standing = (cases::hub_id, cases::stage, cases::status);
    count_by!(tx, persons, standing, cases::table.filter(within))
}

type Dated = diesel::dsl::InnerJoinQuerySource<
    case_periods::table,
    cases::table,
    diesel::dsl::Eq<cases::id, case_periods::case_id>,
>;
type OnPeriods = Box<dyn BoxableExpression<Dated, Backend, SqlType = Bool>>;

/// Counts as the history says of an earlier day: each case has at most one period that holds it. Whether a
/// case is restricted is a matter of today.
fn on(tx: &mut Tx<'_>, part: Part, day: Day, persons: bool) -> Result<Vec<Counted>> {
    let whose: OnPeriods = match part.whose {
        Whose::Hubs(hubs) => Box::new(case_periods::hub_id.eq_any(hubs)),
        Whose::Team(user) => Box::new(case_periods::case_id.eq_any(cases_of_team_member(user, tx.now()))),
    };
    let within: OnPeriods = match part.restricted {
        Some(restricted) => Box::new(whose.and(cases::restricted.eq(restricted))),
        None => whose,
    };
    let lasts = case_periods::until_on.is_null().or(case_periods::until_on.assume_not_null().gt(day));
    let held = case_periods::table
        .inner_join(cases::table.on(cases::id.eq(case_periods::case_id)))
        .filter(within)
        .filter(case_periods::superseded_at.is_null())
        .filter(case_periods::from_on.le(day))
        .filter(lasts)
        // From the day of its merge on; until then there were two cases, and both were counted.
        .filter(cases::merged_into.is_null().or(case_periods::until_on.is_not_null()));
    let standing = (case_periods::hub_id, case_periods::stage, case_periods::status);
    count_by!(tx, persons, standing, held)
}
