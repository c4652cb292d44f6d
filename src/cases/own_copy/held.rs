//! What is held on a case, as it is stored: what is sealed stays so until the reading is on the record.

use crate::access::permissions::OwnCopyMake;
use crate::access::{FieldGroup, Permit};
use crate::cases::code::{CaseCode, CaseRef};
use crate::cases::holdings::{HOLDINGS, OwnCopy, OwnRow};
use crate::cases::merging;
use crate::cases::model::Case;
use crate::cases::store::{self, records};
use crate::crypto::WrappedCaseKey;
use crate::db::Tx;
use crate::db::types::CodeList as _;
use crate::error::{Code, Error, Result};
use crate::machine::unmet;
use crate::retention;

/// Sealed records that are opened at once.
const LARGEST: i64 = 32 * 1024 * 1024;

/// What is held.
pub(super) struct Held {
    pub code: CaseCode,
    /// The codes of cases that were merged into it.
    pub merged: Vec<CaseCode>,
    /// The rows of each table.
    pub tables: Vec<(&'static str, Vec<OwnRow>)>,
    pub key: WrappedCaseKey,
}

/// Reads it, for somebody who may open every record that there is.
pub(super) fn read(tx: &mut Tx<'_>, permit: &Permit<OwnCopyMake>, reference: &CaseRef) -> Result<Held> {
    let case = store::find_as_named(tx, permit, reference)?;
    if retention::store::is_erased(tx, case.id)? {
        return Err(Error::new(Code::CaseErased, "Its person was erased: nothing is held any more."));
    }
    // The notes of a case that was merged are for whoever opened them before, or was given to.
    if case.merged_into.is_some() && !store::opens_merged(tx, permit, case.id, None)? {
        return Err(Error::new(
            Code::FieldGroupWithheld,
            "Whoever makes the copy has to be allowed to open its notes too.",
        ));
    }
    let groups = records::written_groups(tx, &case)?;
    refuse_withheld(tx, permit, &case, &groups)?;
    if records::stored_bytes(tx, &case)? > LARGEST {
        let told = "its records, with all their versions, are longer than 32 MiB";
        return Err(Error::unmet(vec![unmet("copy_fits", told)]));
    }
    tx.event.set_groups(groups);
    let mut tables = Vec::new();
    for holding in HOLDINGS {
        if let OwnCopy::Gives { rows, .. } = holding.own_copy {
            tables.push((holding.table, rows(tx, case.id)?));
        }
    }
    let merged = merging::store::merged_into(tx, case.id)?.into_iter().map(|(_, code)| code).collect();
    Ok(Held { code: case.code, merged, tables, key: store::key(tx, &case)? })
}

fn refuse_withheld(
    tx: &mut Tx<'_>,
    permit: &Permit<OwnCopyMake>,
    case: &Case,
    groups: &[FieldGroup],
) -> Result<()> {
    let mut withheld = Vec::new();
    for group in groups {
        if !store::opens_group(tx, permit, case, *group)? {
            withheld.push(group.code());
        }
    }
    if withheld.is_empty() {
        return Ok(());
    }
    let told = format!("Whoever makes the copy has to be allowed to open {} too.", withheld.join(", "));
    Err(Error::new(Code::FieldGroupWithheld, told))
}
