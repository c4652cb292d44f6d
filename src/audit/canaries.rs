//! Canary cases: cases on which nobody works, so that whoever opens one tells of themselves.
//!
//! Reading a case costs nothing more for them: what was done to one is found by [`alarms`](super::alarms).

use diesel::prelude::*;

use crate::access::permissions::AuditCanary;
use crate::access::{CaseId, Permit, UserId};
use crate::db::schema::{canary_cases, cases};
use crate::db::types::Timestamp;
use crate::db::{Tx, WriteTx};
use crate::error::{Error, Result, Unmet};

/// The most canaries: alarms are looked for one canary at a time.
const MOST: i64 = 100;

/// A canary.
#[derive(Queryable, Selectable, Insertable, Clone, Copy)]
#[diesel(table_name = canary_cases)]
pub(crate) struct Canary {
    pub case_id: CaseId,
    pub created_by: UserId,
    pub created_at: Timestamp,
}

/// Makes a case a canary; one that is already stays as it is.
pub(crate) fn plant(tx: &mut WriteTx<'_>, permit: &Permit<AuditCanary>, case: CaseId) -> Result<()> {
    let there: bool = diesel::select(diesel::dsl::exists(cases::table.find(case))).get_result(tx.conn())?;
    if !there {
        return Err(Error::not_found());
    }
    if canary_cases::table
        .find(case)
        .select(canary_cases::case_id)
        .first::<CaseId>(tx.conn())
        .optional()?
        .is_some()
    {
        return Ok(());
    }
    let planted: i64 = canary_cases::table.count().get_result(tx.conn())?;
    if planted >= MOST {
        return Err(Error::unmet(vec![Unmet {
            guard: "few_canaries",
            detail: format!("There are {MOST} canaries already: take one away first."),
        }]));
    }
    let canary = Canary { case_id: case, created_by: permit.person()?, created_at: tx.now() };
    diesel::insert_into(canary_cases::table).values(canary).execute(tx.conn())?;
    Ok(())
}

/// Makes a canary a case like any other; its alarms are on the log, and no longer in the list of alarms.
pub(crate) fn remove(tx: &mut WriteTx<'_>, _: &Permit<AuditCanary>, case: CaseId) -> Result<()> {
    match diesel::delete(canary_cases::table.find(case)).execute(tx.conn())? {
        0 => Err(Error::not_found()),
        _ => Ok(()),
    }
}

/// Up to `limit` canaries, by their ids.
pub(crate) fn list(
    tx: &mut Tx<'_>,
    _: &Permit<AuditCanary>,
    start: Option<CaseId>,
    limit: i64,
) -> Result<Vec<Canary>> {
    let mut query = canary_cases::table.into_boxed();
    if let Some(start) = start {
        query = query.filter(canary_cases::case_id.gt(start));
    }
    Ok(query.order(canary_cases::case_id).limit(limit).select(Canary::as_select()).load(tx.conn())?)
}

/// Every canary, for whoever looks for alarms.
pub(super) fn all(tx: &mut Tx<'_>) -> Result<Vec<Canary>> {
    Ok(canary_cases::table.select(Canary::as_select()).load(tx.conn())?)
}
