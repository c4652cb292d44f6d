//! What becomes of the rows of this domain themselves.

use diesel::prelude::*;
use serde_json::json;

use super::model::EmergencyAccess;
use crate::cases::holdings::{BackupPart, Erasure, Holding, Merge, OwnCopy, OwnRow, Undo};
use crate::crypto::Ciphertext;
use crate::db::schema::emergency_accesses;

/// Who opened the case in an emergency, and why.
pub(crate) const HOLDING: Holding = Holding {
    table: "emergency_accesses",
    merge: Merge::Stays("it was to that case, and opens no other"),
    undo: Undo::Nothing("it had stayed"),
    erasure: Erasure::Emptied(|tx, case| {
        let of_case = emergency_accesses::table.filter(emergency_accesses::case_id.eq(case));
        Ok(diesel::update(of_case.filter(emergency_accesses::explanation.is_not_null()))
            .set(emergency_accesses::explanation.eq(None::<Ciphertext>))
            .execute(tx.conn())?)
    }),
    own_copy: OwnCopy::Gives {
        rows: |tx, case| {
            let rows: Vec<EmergencyAccess> = emergency_accesses::table
                .filter(emergency_accesses::case_id.eq(case))
                .order((emergency_accesses::began_at, emergency_accesses::id))
                .select(EmergencyAccess::as_select())
                .load(tx.conn())?;
            // Whoever makes the copy may not read why: that is for who opened it, and their coordinators.
            let told = |row: EmergencyAccess| {
                OwnRow::from(json!({"opened_on": row.began_at.date(), "reason": row.reason}))
            };
            Ok(rows.into_iter().map(told).collect())
        },
        sealed: None,
    },
    backup: BackupPart::Data,
};
