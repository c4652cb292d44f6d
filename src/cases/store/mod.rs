//! Queries on cases. Every one asks for the permit and filters by its scope.

pub(crate) mod duplicates;
pub(crate) mod handover;
pub(crate) mod keys;
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
use super::merging;
use super::merging::model::MergeRow;
use super::model::{Case, CaseKeyRow};
use super::scope::{CaseFilter, opens, reached, reached_in_emergency};
use crate::access::permissions::CaseMerge;
use crate::access::{CaseId, FieldGroup, Permission, Permit, Reach};
use crate::crypto::WrappedCaseKey;
use crate::db::Tx;
use crate::db::schema::{case_keys, cases};
use crate::error::{Code, Error, Result};
use crate::retention;

/// The case within the permit's reach, noted on the event; not yours and not there are one answer. One that
/// may only be read is there, and what is another hub's to decide is refused.
///
/// A case that was merged leads to its survivor: what is read is the survivor's, what is to be changed is refused.
pub(crate) fn find<P: Permission>(tx: &mut Tx<'_>, permit: &Permit<P>, reference: &CaseRef) -> Result<Case> {
    match found(tx, permit, reference)? {
        Named::Itself(case) => Ok(case),
        Named::Merged { merged, survivor } => {
            tx.event.set_case(survivor.id);
            tx.event.set_detail("asked_for", merged);
            Ok(*survivor)
        }
    }
}

/// The same for what stays with a case when it is merged (its history, what was sealed for it): the very case that was
/// named.
pub(crate) fn find_as_named<P: Permission>(
    tx: &mut Tx<'_>,
    permit: &Permit<P>,
    reference: &CaseRef,
) -> Result<Case> {
    match found(tx, permit, reference)? {
        Named::Itself(case) => Ok(case),
        Named::Merged { merged, .. } => {
            tx.event.set_case(merged);
            Ok(cases::table.find(merged).select(Case::as_select()).first(tx.conn())?)
        }
    }
}

/// What the reference names, once the permit's holder may do there what they are about to.
fn found<P: Permission>(tx: &mut Tx<'_>, permit: &Permit<P>, reference: &CaseRef) -> Result<Named> {
    let named = named(tx, permit, reference)?;
    match &named {
        Named::Itself(case) => {
            tx.event.set_case(case.id);
            decided_here(permit, case)?;
            refuse_erased(tx, case)?;
        }
        Named::Merged { merged, survivor } => refuse_change(tx, permit, *merged, survivor)?,
    }
    Ok(named)
}

/// The same, and the permit's holder may open the field group: else the case is there, and the group is
/// withheld.
pub(crate) fn find_opening<P: Permission>(
    tx: &mut Tx<'_>,
    permit: &Permit<P>,
    reference: &CaseRef,
    group: FieldGroup,
) -> Result<Case> {
    let case = find_as_named(tx, permit, reference)?;
    if opens_group(tx, permit, &case, group)? { Ok(case) } else { Err(Error::field_group_withheld()) }
}

/// Whether the permit's holder may open the field group of a case that was found.
pub(crate) fn opens_group<P: Permission>(
    tx: &mut Tx<'_>,
    permit: &Permit<P>,
    case: &Case,
    group: FieldGroup,
) -> Result<bool> {
    if case.merged_into.is_some() {
        return opens_merged(tx, permit, case.id, Some(group));
    }
    let opening = opens(permit, permit.person()?, group, tx.now());
    any_such(tx, case.id, opening)
}

/// Whether somebody who reaches the survivor opens what was sealed for a case that was merged: of a field group, or a
/// text that belongs to none.
pub(crate) fn opens_merged<P: Permission>(
    tx: &mut Tx<'_>,
    permit: &Permit<P>,
    merged: CaseId,
    group: Option<FieldGroup>,
) -> Result<bool> {
    let Some(merge) = merging::store::standing(tx, merged)? else { return Ok(false) };
    let in_emergency = reached_in_emergency(permit, tx.now());
    let by_place = permit.reach() != Reach::Emergency && merging::opens(tx, &merge, permit.person()?, group)?;
    Ok(by_place || any_such(tx, merge.survivor_id, in_emergency)?)
}

fn any_such(tx: &mut Tx<'_>, case: CaseId, filter: CaseFilter) -> Result<bool> {
    let of_it = cases::table.filter(cases::id.eq(case)).filter(filter);
    let found: Option<CaseId> = of_it.select(cases::id).first(tx.conn()).optional()?;
    Ok(found.is_some())
}

/// What a reference names within a permit's reach.
pub(crate) enum Named {
    /// A case that leads nowhere else.
    Itself(Case),
    /// One that was merged into another.
    Merged {
        /// The case that was named.
        merged: CaseId,
        /// The case that it leads to.
        survivor: Box<Case>,
    },
}

/// What the reference names; not yours and not there are one answer. A merged case is within reach where the case it
/// leads to is, and nowhere else.
pub(crate) fn named<P: Permission>(
    tx: &mut Tx<'_>,
    permit: &Permit<P>,
    reference: &CaseRef,
) -> Result<Named> {
    let within = reached(permit, tx.now()).and(cases::merged_into.is_null());
    let query = cases::table.filter(within).select(Case::as_select()).into_boxed();
    let query = match reference {
        CaseRef::Id(id) => query.filter(cases::id.eq(*id)),
        CaseRef::Code(code) => query.filter(cases::code.eq(*code)),
    };
    match query.first(tx.conn()).optional()? {
        Some(case) => Ok(Named::Itself(case)),
        None => led_on(tx, permit, reference),
    }
}

/// Asks the same of the database whether there is no such case or one that leads out of reach.
fn led_on<P: Permission>(tx: &mut Tx<'_>, permit: &Permit<P>, reference: &CaseRef) -> Result<Named> {
    let leading = cases::table.filter(cases::merged_into.is_not_null()).into_boxed();
    let leading = match reference {
        CaseRef::Id(id) => leading.filter(cases::id.eq(*id)),
        CaseRef::Code(code) => leading.filter(cases::code.eq(*code)),
    };
    let leads: Option<(CaseId, CaseId)> =
        leading.select((cases::id, cases::merged_into.assume_not_null())).first(tx.conn()).optional()?;
    let (merged, leads_to) = leads.unwrap_or_else(|| (CaseId::generate(), CaseId::generate()));
    let survivor: Case = cases::table
        .filter(reached(permit, tx.now()))
        .filter(cases::id.eq(leads_to))
        .select(Case::as_select())
        .first(tx.conn())?;
    Ok(Named::Merged { merged, survivor: Box::new(survivor) })
}

fn decided_here<P: Permission>(permit: &Permit<P>, case: &Case) -> Result<()> {
    if permit.decides_in(&case.hub_id) {
        return Ok(());
    }
    Err(Error::command_withheld("The case is another hub's: ask a coordinator of that hub."))
}

/// What is left of an erased person is a figure: it takes no change.
fn refuse_erased(tx: &mut Tx<'_>, case: &Case) -> Result<()> {
    if tx.writes() && retention::store::is_erased(tx, case.id)? {
        return Err(Error::new(
            Code::CaseErased,
            "Its person was erased: nothing can be recorded for it any more.",
        ));
    }
    Ok(())
}

/// What was merged takes no change: whoever sends one learns where the case went.
fn refuse_change<P: Permission>(
    tx: &mut Tx<'_>,
    permit: &Permit<P>,
    merged: CaseId,
    survivor: &Case,
) -> Result<()> {
    if !tx.writes() {
        tx.event.set_case(survivor.id);
        return decided_here(permit, survivor);
    }
    tx.event.set_case(merged);
    decided_here(permit, survivor)?;
    Err(Error::new(
        Code::CaseMerged,
        format!("It went on as {}: send the change there.", survivor.code.as_str()),
    ))
}

/// A case that may be merged into another: one that was merged already is told as that.
pub(crate) fn find_to_merge(
    tx: &mut Tx<'_>,
    permit: &Permit<CaseMerge>,
    reference: &CaseRef,
) -> Result<Named> {
    let found = named(tx, permit, reference)?;
    if let Named::Itself(case) = &found {
        decided_here(permit, case)?;
    }
    Ok(found)
}

/// The case that a merge made lead to another one; whoever gives the merge has found its survivor.
pub(crate) fn merged_by(tx: &mut Tx<'_>, merge: &MergeRow) -> Result<Case> {
    Ok(cases::table.find(merge.merged_id).select(Case::as_select()).first(tx.conn())?)
}

/// The case's wrapped key; a case without one has been erased.
pub(crate) fn key(tx: &mut Tx<'_>, case: &Case) -> Result<WrappedCaseKey> {
    let row: CaseKeyRow = case_keys::table.find(case.id).select(CaseKeyRow::as_select()).first(tx.conn())?;
    Ok(row.wrapped())
}
