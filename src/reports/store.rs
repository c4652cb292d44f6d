//! Counting, in SQL. Today's figures come from the rows of the cases as they stand, by an index that
//! covers the query; those of an earlier day from their history, corrections heeded.
//!
//! Sex, age band and destination have no history: an earlier day bears today's.

use chrono::NaiveDate;
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::model::{ReportScope, StageCount};
use crate::access::permissions::ReportStages;
use crate::access::{HubId, Permit, Reach};
use crate::cases::scope::{Way, cases_of_team_member};
use crate::db::schema::{case_periods, cases};
use crate::db::{Backend, Tx};
use crate::error::{Error, Result};

/// Whose cases the permit lets be counted, narrowed to a hub.
///
/// A coordinator's hub that is not theirs is not there: an exact zero would be false.
pub(crate) fn scope(permit: &Permit<ReportStages>, hub: Option<HubId>) -> Result<ReportScope> {
    match (permit.reach(), hub) {
        (Reach::Team, hub) => Ok(ReportScope::Team { hub }),
        (Reach::Hub, None) => Ok(ReportScope::Hub { hubs: permit.hubs().to_vec() }),
        (Reach::Hub, Some(hub)) if permit.reaches_hub(&hub) => Ok(ReportScope::Hub { hubs: vec![hub] }),
        _ => Err(Error::not_found()),
    }
}

type OnCases = Box<dyn BoxableExpression<cases::table, Backend, SqlType = Bool>>;

/// Counts as the rows stand now.
pub(crate) fn now(
    tx: &mut Tx<'_>,
    permit: &Permit<ReportStages>,
    scope: &ReportScope,
) -> Result<Vec<StageCount>> {
    let within: OnCases = match scope {
        ReportScope::Hub { hubs } => Box::new(cases::hub_id.eq_any(hubs.clone())),
        ReportScope::Team { hub: None } => Way::Team(permit.person()?).filter(tx.now()),
        ReportScope::Team { hub: Some(hub) } => {
            Box::new(Way::Team(permit.person()?).filter(tx.now()).and(cases::hub_id.eq(*hub)))
        }
    };
    let kind =
        (cases::hub_id, cases::stage, cases::status, cases::destination_country, cases::sex, cases::age_band);
    Ok(cases::table
        .filter(within)
        .group_by(kind)
        .select((
            cases::hub_id,
            cases::stage,
            cases::status,
            cases::destination_country,
            cases::sex,
            cases::age_band,
            count_star(),
        ))
        .load(tx.conn())?)
}

type Dated = diesel::dsl::InnerJoinQuerySource<
    case_periods::table,
    cases::table,
    diesel::dsl::Eq<cases::id, case_periods::case_id>,
>;
type OnPeriods = Box<dyn BoxableExpression<Dated, Backend, SqlType = Bool>>;

/// Counts as the history says of an earlier day: each case has at most one period that holds it.
pub(crate) fn on(
    tx: &mut Tx<'_>,
    permit: &Permit<ReportStages>,
    scope: &ReportScope,
    day: NaiveDate,
) -> Result<Vec<StageCount>> {
    let within: OnPeriods = match scope {
        ReportScope::Hub { hubs } => Box::new(case_periods::hub_id.eq_any(hubs.clone())),
        ReportScope::Team { hub } => {
            let on_team = case_periods::case_id.eq_any(cases_of_team_member(permit.person()?, tx.now()));
            match hub {
                None => Box::new(on_team),
                Some(hub) => Box::new(on_team.and(case_periods::hub_id.eq(*hub))),
            }
        }
    };
    let lasts = case_periods::until_on.is_null().or(case_periods::until_on.assume_not_null().gt(day));
    Ok(case_periods::table
        .inner_join(cases::table.on(cases::id.eq(case_periods::case_id)))
        .filter(within)
        .filter(case_periods::superseded_at.is_null())
        .filter(case_periods::from_on.le(day))
        .filter(lasts)
        .group_by((
            case_periods::hub_id,
            case_periods::stage,
            case_periods::status,
            cases::destination_country,
            cases::sex,
            cases::age_band,
        ))
        .select((
            case_periods::hub_id,
            case_periods::stage,
            case_periods::status,
            cases::destination_country,
            cases::sex,
            cases::age_band,
            count_star(),
        ))
        .load(tx.conn())?)
}
