//! Queries on the log. Pages go by position, which is given once and never changes, the newest first.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::action::{Action, Outcome};
use super::entry::{EventId, SubjectId};
use super::model::{Access, StoredEntry};
use crate::access::permissions::AuditRead;
use crate::access::{CaseId, Permit, Reach, UserId};
use crate::db::schema::{audit_events, users};
use crate::db::types::Timestamp;
use crate::db::{Backend, Tx};
use crate::error::Result;

/// What a list of the log may be narrowed by.
#[derive(Clone, Copy, Default)]
pub(crate) struct LogFilter {
    pub actor: Option<UserId>,
    pub case: Option<CaseId>,
    pub subject: Option<SubjectId>,
    pub action: Option<Action>,
    pub outcome: Option<Outcome>,
    pub after: Option<Timestamp>,
    pub before: Option<Timestamp>,
}

type Boxed<'a> = audit_events::BoxedQuery<'a, Backend>;

/// The entries within the permit's reach: all of them, or the actor's own actions.
fn reached<'a>(permit: &Permit<AuditRead>) -> Result<Boxed<'a>> {
    let entries = audit_events::table.filter(audit_events::position.is_not_null()).into_boxed();
    Ok(match permit.reach() {
        Reach::All => entries,
        Reach::Own => entries.filter(audit_events::actor_id.eq(permit.person()?)),
        // No role's row says so; were one to, it would see nothing.
        Reach::Hub | Reach::Lead | Reach::Team | Reach::No => entries.filter(audit_events::position.lt(0)),
    })
}

/// Up to `limit` entries before the position `start`.
pub(crate) fn list(
    tx: &mut Tx<'_>,
    permit: &Permit<AuditRead>,
    filter: &LogFilter,
    start: Option<i64>,
    limit: i64,
) -> Result<Vec<StoredEntry>> {
    let mut query = narrowed(reached(permit)?, filter);
    if let Some(start) = start {
        query = query.filter(audit_events::position.lt(start));
    }
    Ok(query
        .order(audit_events::position.desc())
        .limit(limit)
        .select(StoredEntry::as_select())
        .load(tx.conn())?)
}

fn narrowed<'a>(mut query: Boxed<'a>, filter: &LogFilter) -> Boxed<'a> {
    if let Some(actor) = filter.actor {
        query = query.filter(audit_events::actor_id.eq(actor));
    }
    if let Some(case) = filter.case {
        query = query.filter(audit_events::case_id.eq(case));
    }
    if let Some(subject) = filter.subject {
        query = query.filter(audit_events::subject.eq(subject));
    }
    if let Some(action) = filter.action {
        query = query.filter(audit_events::action.eq(action));
    }
    if let Some(outcome) = filter.outcome {
        query = query.filter(audit_events::outcome.eq(outcome));
        if outcome != Outcome::Done {
            // Word for word as the index of these says it, or no planner uses that.
            query = query.filter(diesel::dsl::sql::<Bool>("outcome <> 'done'"));
        }
    }
    if let Some(after) = filter.after {
        query = query.filter(audit_events::recorded_at.ge(after));
    }
    if let Some(before) = filter.before {
        query = query.filter(audit_events::recorded_at.lt(before));
    }
    query
}

/// One entry within the permit's reach.
pub(crate) fn find(tx: &mut Tx<'_>, permit: &Permit<AuditRead>, id: EventId) -> Result<StoredEntry> {
    Ok(reached(permit)?.filter(audit_events::id.eq(id)).select(StoredEntry::as_select()).first(tx.conn())?)
}

/// Up to `limit` accesses to a case before the position `start`; the caller has found the case within
/// its own reach.
pub(crate) fn of_case(tx: &mut Tx<'_>, case: CaseId, start: Option<i64>, limit: i64) -> Result<Vec<Access>> {
    let mut query = audit_events::table
        .left_join(users::table.on(users::id.nullable().eq(audit_events::actor_id)))
        .filter(audit_events::case_id.eq(case))
        .filter(audit_events::position.is_not_null())
        .into_boxed();
    if let Some(start) = start {
        query = query.filter(audit_events::position.lt(start));
    }
    Ok(query
        .order(audit_events::position.desc())
        .limit(limit)
        .select((
            audit_events::position.assume_not_null(),
            audit_events::recorded_at,
            audit_events::actor_id,
            users::username.nullable(),
            audit_events::action,
            audit_events::outcome,
            audit_events::body,
        ))
        .load(tx.conn())?)
}
