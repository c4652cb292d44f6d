//! Appending to the log, inside the transaction that it records.

use diesel::prelude::*;

use super::entry::NewEntry;
use crate::db::PreparedOnce;
use crate::db::conn::AnyConnection;
use crate::db::schema::audit_events::dsl;
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
