//! Appending to the log, inside the transaction that it records.

use diesel::prelude::*;

use super::entry::NewEntry;
use super::{Action, Outcome};
use crate::access::CaseId;
use crate::db::conn::AnyConnection;
use crate::db::schema::audit_events::dsl;
use crate::db::types::CodeList as _;
use crate::db::{PreparedOnce, Tx};
use crate::error::Result;

/// How many entries have a position, which is also the position that the next one is given.
pub(crate) fn size(conn: &mut AnyConnection) -> Result<i64> {
    let last: Option<i64> = dsl::audit_events.select(diesel::dsl::max(dsl::position)).first(conn)?;
    Ok(last.map_or(0, |last| last + 1))
}

/// Inserts one entry.
pub(crate) fn insert(conn: &mut AnyConnection, entry: &NewEntry) -> Result<()> {
    PreparedOnce(diesel::insert_into(dsl::audit_events).values(entry)).execute(conn)?;
    Ok(())
}

/// The cases of the entries of an action that was done with one subject, in the order of the log.
pub(crate) fn cases_of_subject(tx: &mut Tx<'_>, subject: &str, action: Action) -> Result<Vec<CaseId>> {
    Ok(dsl::audit_events
        .filter(dsl::subject.eq(subject))
        .filter(dsl::action.eq(action.code()))
        .filter(dsl::outcome.eq(Outcome::Done.code()))
        .filter(dsl::case_id.is_not_null())
        .order(dsl::position)
        .select(dsl::case_id.assume_not_null())
        .load(tx.conn())?)
}

/// The newest entry of an action about a case, by its position and its leaf hash; none where it has no position yet.
pub(crate) fn newest_about(tx: &mut Tx<'_>, case: CaseId, action: Action) -> Result<Option<(i64, Vec<u8>)>> {
    Ok(dsl::audit_events
        .filter(dsl::case_id.eq(case))
        .filter(dsl::action.eq(action.code()))
        .filter(dsl::position.is_not_null())
        .order(dsl::position.desc())
        .select((dsl::position.assume_not_null(), dsl::leaf))
        .first(tx.conn())
        .optional()?)
}
