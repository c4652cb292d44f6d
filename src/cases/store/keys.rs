//! The wrapped keys of cases, without a permit: they are of use to the program alone.

use diesel::prelude::*;

use super::super::model::CaseKeyRow;
use crate::crypto::WrappedCaseKey;
use crate::db::schema::case_keys;
use crate::db::{Tx, WriteTx};
use crate::error::Result;

/// Whether any is wrapped by a version before this one.
pub(crate) fn any_wrapped_before(tx: &mut Tx<'_>, version: i32) -> Result<bool> {
    let older = case_keys::table.filter(case_keys::key_version.lt(version));
    Ok(diesel::select(diesel::dsl::exists(older)).get_result(tx.conn())?)
}

/// How many are.
pub(crate) fn count_wrapped_before(tx: &mut Tx<'_>, version: i32) -> Result<i64> {
    Ok(case_keys::table.filter(case_keys::key_version.lt(version)).count().get_result(tx.conn())?)
}

/// Some of those that are wrapped by a version before this one.
pub(crate) fn wrapped_before(tx: &mut Tx<'_>, version: i32, limit: i64) -> Result<Vec<WrappedCaseKey>> {
    let rows: Vec<CaseKeyRow> = case_keys::table
        .filter(case_keys::key_version.lt(version))
        .order((case_keys::key_version, case_keys::case_id))
        .limit(limit)
        .select(CaseKeyRow::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(CaseKeyRow::wrapped).collect())
}

/// Puts it in the place of the one that `before` wrapped; whether that is still there.
pub(crate) fn rewrap(tx: &mut WriteTx<'_>, before: i32, key: &WrappedCaseKey) -> Result<bool> {
    let row = case_keys::table.find(key.case_id).filter(case_keys::key_version.eq(before));
    let wrapped = (case_keys::wrapped.eq(key.wrapped.as_slice()), case_keys::key_version.eq(key.key_version));
    Ok(diesel::update(row).set(wrapped).execute(tx.conn())? == 1)
}
