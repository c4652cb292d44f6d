//! Which sealed records were written, in the order of the log: what keeps an index of them follows this.

use diesel::prelude::*;
use serde::Deserialize;

use super::action::{Action, Outcome};
use super::log;
use super::walk::Way;
use crate::access::{CaseId, FieldGroup};
use crate::db::Tx;
use crate::db::schema::audit_events;
use crate::error::{Error, Result};

/// A version of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RecordWritten {
    pub case: CaseId,
    pub group: FieldGroup,
    pub version: i64,
}

#[derive(Deserialize)]
struct Held {
    groups: Vec<FieldGroup>,
    details: Details,
}

#[derive(Deserialize)]
struct Details {
    version: String,
}

/// The position behind the last entry.
pub(crate) fn end(tx: &mut Tx<'_>) -> Result<i64> {
    log::size(tx.conn())
}

/// Whose persons were erased, from a position of the log on, and where to go on.
pub(crate) fn cases_erased(tx: &mut Tx<'_>, from: i64, limit: i64) -> Result<(Vec<CaseId>, i64)> {
    let rows: Vec<(i64, Option<CaseId>, Outcome)> = Way::Action(Action::CaseErase)
        .entries(&(from..i64::MAX))
        .order(audit_events::position.asc())
        .limit(limit)
        .select((audit_events::position.assume_not_null(), audit_events::case_id, audit_events::outcome))
        .load(tx.conn())?;
    let next = rows.last().map_or(from, |(position, ..)| position + 1);
    let erased = rows.into_iter().filter(|(_, _, outcome)| *outcome == Outcome::Done);
    Ok((erased.filter_map(|(_, case, _)| case).collect(), next))
}

/// Up to `limit` versions that were written, from a position of the log on, and where to go on.
pub(crate) fn records_written(tx: &mut Tx<'_>, from: i64, limit: i64) -> Result<(Vec<RecordWritten>, i64)> {
    let rows: Vec<(i64, Option<CaseId>, Outcome, Vec<u8>)> = Way::Action(Action::RecordWrite)
        .entries(&(from..i64::MAX))
        .order(audit_events::position.asc())
        .limit(limit)
        .select((
            audit_events::position.assume_not_null(),
            audit_events::case_id,
            audit_events::outcome,
            audit_events::body,
        ))
        .load(tx.conn())?;
    let next = rows.last().map_or(from, |(position, ..)| position + 1);
    let mut written = Vec::with_capacity(rows.len());
    for (_, case, outcome, body) in rows {
        let (Some(case), Outcome::Done) = (case, outcome) else { continue };
        let held: Held = serde_json::from_slice(&body).map_err(Error::internal)?;
        let version = held.details.version.parse().map_err(Error::internal)?;
        written.extend(held.groups.into_iter().map(|group| RecordWritten { case, group, version }));
    }
    Ok((written, next))
}
