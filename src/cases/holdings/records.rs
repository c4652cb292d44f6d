//! What is sealed about a person, and the key that opens it.

use diesel::prelude::*;
use serde_json::json;

use super::manner::deleted;
use super::{BackupPart, Erasure, Holding, Merge, OwnCopy, OwnRow, SealedMember, Undo};
use crate::access::{CaseId, FieldGroup};
use crate::cases::model::RecordRow;
use crate::cases::records::{Contact, Family, Health, Identity, Legal, Passage, Protection};
use crate::cases::store::records::at_its_place;
use crate::db::Tx;
use crate::db::schema::{case_keys, sealed_records};
use crate::error::Result;

/// Every version of every sealed record.
pub(super) const SEALED_RECORDS: Holding = Holding {
    table: "sealed_records",
    merge: Merge::Stays(
        "a value opens for the case it was sealed for and no other: the survivor lists it, and whoever moved a row \
         by SQL still moves nothing that opens",
    ),
    undo: Undo::Stayed {
        entered_since: |tx, case, moment| {
            let rows = sealed_records::table.filter(sealed_records::case_id.eq(case));
            Ok(rows.filter(sealed_records::recorded_at.gt(moment)).count().get_result(tx.conn())?)
        },
    },
    erasure: deleted!(sealed_records),
    own_copy: OwnCopy::Gives { rows: own_copy, sealed: Some("sealed") },
    backup: BackupPart::Data,
};

/// The case's key.
pub(super) const CASE_KEYS: Holding = Holding {
    table: "case_keys",
    merge: Merge::Stays("what was sealed with it stays too"),
    undo: Undo::Nothing("it had stayed"),
    erasure: Erasure::Deleted(|tx, case| Ok(diesel::delete(case_keys::table.find(case)).execute(tx.conn())?)),
    own_copy: OwnCopy::Nothing("the copy holds what it opens"),
    backup: BackupPart::Keys,
};

/// Every version of every record.
fn own_copy(tx: &mut Tx<'_>, case: CaseId) -> Result<Vec<OwnRow>> {
    let rows: Vec<RecordRow> = sealed_records::table
        .filter(sealed_records::case_id.eq(case))
        .order((sealed_records::field_group, sealed_records::version))
        .select(RecordRow::as_select())
        .load(tx.conn())?;
    let told = |row: RecordRow| OwnRow {
        clear: json!({"field_group": row.field_group, "version": row.version, "recorded_at": row.recorded_at}),
        sealed: Some(member(row)),
    };
    Ok(rows.into_iter().map(told).collect())
}

fn member(row: RecordRow) -> SealedMember {
    const NAME: &str = "record";
    match row.field_group {
        FieldGroup::Identity => SealedMember::new(NAME, at_its_place::<Identity>(row)),
        FieldGroup::Contact => SealedMember::new(NAME, at_its_place::<Contact>(row)),
        FieldGroup::Family => SealedMember::new(NAME, at_its_place::<Family>(row)),
        FieldGroup::Protection => SealedMember::new(NAME, at_its_place::<Protection>(row)),
        FieldGroup::Health => SealedMember::new(NAME, at_its_place::<Health>(row)),
        FieldGroup::Legal => SealedMember::new(NAME, at_its_place::<Legal>(row)),
        FieldGroup::Passage => SealedMember::new(NAME, at_its_place::<Passage>(row)),
    }
}
