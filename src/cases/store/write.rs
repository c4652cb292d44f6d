//! Inserting and changing a case's row.

use diesel::prelude::*;

use super::super::model::{Case, CaseKeyRow, CasePatch, NewCase};
use crate::crypto::{KeyPurpose, WrappedCaseKey};
use crate::db::schema::{case_keys, cases};
use crate::db::{PreparedOnce, WriteTx, changed_one, keyring_rows};
use crate::error::{Error, Result};

/// A new case with its key.
pub(crate) fn insert(tx: &mut WriteTx<'_>, new: &NewCase, key: WrappedCaseKey) -> Result<()> {
    if keyring_rows::is_retired(tx.conn(), KeyPurpose::CaseWrapping, key.key_version)? {
        // A server that slept while its key was retired: it knows the next one within a second.
        return Err(Error::overloaded());
    }
    PreparedOnce(diesel::insert_into(cases::table).values(new)).execute(tx.conn())?;
    let key = CaseKeyRow {
        case_id: key.case_id,
        wrapped: key.wrapped,
        key_version: key.key_version,
        created_at: tx.now(),
    };
    PreparedOnce(diesel::insert_into(case_keys::table).values(&key)).execute(tx.conn())?;
    tx.event.set_case(new.id);
    Ok(())
}

/// Changes the named columns of the version that was read, and gives the new row.
pub(crate) fn update(tx: &mut WriteTx<'_>, case: &Case, patch: &CasePatch) -> Result<Case> {
    let now = tx.now();
    let changes = (patch, cases::version.eq(case.version + 1), cases::updated_at.eq(now));
    let as_read = cases::id.eq(case.id).and(cases::version.eq(case.version));
    changed_one(PreparedOnce::update(cases::table, changes, as_read).execute(tx.conn())?)?;
    Ok(cases::table.find(case.id).select(Case::as_select()).first(tx.conn())?)
}
