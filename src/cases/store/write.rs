//! Inserting and changing a case's row.

use diesel::prelude::*;

use super::super::model::{Case, CaseKeyRow, CasePatch, NewCase};
use crate::crypto::WrappedCaseKey;
use crate::db::schema::{case_keys, cases};
use crate::db::{PreparedOnce, WriteTx, changed_one};
use crate::error::Result;

/// A new case with its key.
pub(crate) fn insert(tx: &mut WriteTx<'_>, new: &NewCase, key: WrappedCaseKey) -> Result<()> {
    diesel::insert_into(cases::table).values(new).execute(tx.conn())?;
    let key = CaseKeyRow {
        case_id: key.case_id,
        wrapped: key.wrapped,
        key_version: key.key_version,
        created_at: tx.now(),
    };
    diesel::insert_into(case_keys::table).values(&key).execute(tx.conn())?;
    tx.event.set_case(new.id);
    Ok(())
}

/// Changes the named columns of the version that was read, and gives the new row.
pub(crate) fn update(tx: &mut WriteTx<'_>, case: &Case, patch: &CasePatch) -> Result<Case> {
    let now = tx.now();
    let change =
        diesel::update(cases::table.filter(cases::id.eq(case.id)).filter(cases::version.eq(case.version)))
            .set((patch, cases::version.eq(case.version + 1), cases::updated_at.eq(now)));
    let changed = PreparedOnce(change).execute(tx.conn())?;
    changed_one(changed)?;
    Ok(cases::table.find(case.id).select(Case::as_select()).first(tx.conn())?)
}
