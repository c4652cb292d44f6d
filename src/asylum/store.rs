//! Queries on asylum applications. Each asks for a case that `cases::store::find` found within reach.

use diesel::prelude::*;

use super::codes::ApplicationState;
use super::model::{Application, ApplicationId};
use super::rules::{decision_day, is_granted, is_open};
use crate::cases::model::Case;
use crate::db::schema::asylum_applications::{self, dsl};
use crate::db::types::Day;
use crate::db::{Tx, WriteTx, changed_one};
use crate::error::Result;

/// What the guards of the stages ask of a case's applications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ApplicationFacts {
    /// One is neither rejected nor closed.
    pub open: bool,
    /// One was granted.
    pub granted: bool,
}

/// The facts, from the states of all applications of the case.
pub(crate) fn facts(tx: &mut Tx<'_>, case: &Case) -> Result<ApplicationFacts> {
    let states: Vec<ApplicationState> =
        dsl::asylum_applications.filter(dsl::case_id.eq(case.id)).select(dsl::state).load(tx.conn())?;
    Ok(ApplicationFacts {
        open: states.iter().copied().any(is_open),
        granted: states.iter().copied().any(is_granted),
    })
}

/// The applications of a case, the oldest first, after `start`.
pub(crate) fn of_case(
    tx: &mut Tx<'_>,
    case: &Case,
    start: Option<(Day, ApplicationId)>,
    limit: i64,
) -> Result<Vec<Application>> {
    let mut query = dsl::asylum_applications.filter(dsl::case_id.eq(case.id)).into_boxed();
    if let Some((on, id)) = start {
        query = query.filter(dsl::applied_on.gt(on).or(dsl::applied_on.eq(on).and(dsl::id.gt(id))));
    }
    Ok(query
        .order((dsl::applied_on, dsl::id))
        .limit(limit)
        .select(Application::as_select())
        .load(tx.conn())?)
}

/// One application of a case.
pub(crate) fn find(tx: &mut Tx<'_>, case: &Case, id: ApplicationId) -> Result<Application> {
    Ok(dsl::asylum_applications
        .filter(dsl::case_id.eq(case.id))
        .filter(dsl::id.eq(id))
        .select(Application::as_select())
        .first(tx.conn())?)
}

/// A new application, noted on the event.
pub(crate) fn insert(tx: &mut WriteTx<'_>, application: &Application) -> Result<()> {
    diesel::insert_into(asylum_applications::table).values(application).execute(tx.conn())?;
    tx.event.set_subject(application.id);
    Ok(())
}

/// Brings the version that was read into another state, and gives the new row.
pub(crate) fn set_state(
    tx: &mut WriteTx<'_>,
    case: &Case,
    read: &Application,
    to: ApplicationState,
    on: Day,
) -> Result<Application> {
    let now = tx.now();
    let changed = diesel::update(
        dsl::asylum_applications.filter(dsl::id.eq(read.id)).filter(dsl::version.eq(read.version)),
    )
    .set((
        dsl::state.eq(to),
        dsl::state_on.eq(on),
        dsl::decided_on.eq(decision_day(read.decided_on, to, on)),
        dsl::updated_at.eq(now),
        dsl::version.eq(read.version + 1),
    ))
    .execute(tx.conn())?;
    changed_one(changed)?;
    find(tx, case, read.id)
}
