//! What is sealed about a person, and the key that opens it.

use diesel::prelude::*;

use super::manner::deleted;
use super::{BackupPart, Erasure, Holding, Merge, OwnCopy, Undo};
use crate::cases::store::records;
use crate::db::schema::{case_keys, sealed_records};

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
    own_copy: OwnCopy::Gives { rows: records::own_copy, sealed: Some("sealed") },
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
