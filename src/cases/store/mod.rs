//! Queries on cases. Every one asks for the permit and filters by its scope.

pub(crate) mod duplicates;
pub(crate) mod leaving;
mod list;
pub(crate) mod periods;
pub(crate) mod records;
mod restriction;
pub(crate) mod search;
pub(crate) mod searched;
pub(crate) mod team;
mod write;

use diesel::prelude::*;

pub(crate) use list::{CaseListFilter, CaseOrder, list};
pub(crate) use restriction::restrict;
pub(crate) use write::{insert, update};

use super::code::CaseRef;
use super::model::{Case, CaseKeyRow};
use super::scope::{opens, reached};
use crate::access::{CaseId, FieldGroup, Permission, Permit};
use crate::crypto::WrappedCaseKey;
use crate::db::Tx;
use crate::db::schema::{case_keys, cases};
use crate::error::{Error, Result};

/// The case within the permit's reach, noted on the event; not yours and not there are one answer. One that
/// may only be read is there, and what is another hub's to decide is refused.
pub(crate) fn find<P: Permission>(tx: &mut Tx<'_>, permit: &Permit<P>, reference: &CaseRef) -> Result<Case> {
    let within = reached(permit, tx.now());
    let query = cases::table.filter(within).select(Case::as_select()).into_boxed();
    let query = match reference {
        CaseRef::Id(id) => query.filter(cases::id.eq(*id)),
        CaseRef::Code(code) => query.filter(cases::code.eq(*code)),
    };
    let case = query.first(tx.conn())?;
    tx.event.set_case(case.id);
    if permit.decides_in(&case.hub_id) {
        return Ok(case);
    }
    Err(Error::command_withheld("The case is another hub's: ask a coordinator of that hub."))
}

/// The same, and the permit's holder may open the field group: else the case is there, and the group is
/// withheld.
pub(crate) fn find_opening<P: Permission>(
    tx: &mut Tx<'_>,
    permit: &Permit<P>,
    reference: &CaseRef,
    group: FieldGroup,
) -> Result<Case> {
    let case = find(tx, permit, reference)?;
    let person = permit.person()?;
    let open: Option<CaseId> = cases::table
        .filter(cases::id.eq(case.id))
        .filter(opens(person, group, tx.now()))
        .select(cases::id)
        .first(tx.conn())
        .optional()?;
    open.map(|_| case).ok_or_else(Error::field_group_withheld)
}

/// The case's wrapped key; a case without one has been erased.
pub(crate) fn key(tx: &mut Tx<'_>, case: &Case) -> Result<WrappedCaseKey> {
    let row: CaseKeyRow = case_keys::table.find(case.id).select(CaseKeyRow::as_select()).first(tx.conn())?;
    Ok(WrappedCaseKey { case_id: row.case_id, key_version: row.key_version, wrapped: row.wrapped })
}
