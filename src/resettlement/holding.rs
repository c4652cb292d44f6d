//! What becomes of the resettlements of a case: see `cases::holdings`.

use diesel::prelude::*;
use serde_json::json;

use super::model::Resettlement;
use crate::cases::holdings::{BackupPart, Holding, Merge, OwnCopy, OwnRow, deleted, gives_back, moves};
use crate::db::schema::resettlements;

/// Submissions to a country.
pub(crate) const HOLDING: Holding = Holding {
    table: "resettlements",
    merge: Merge::Moves(moves!(resettlements)),
    undo: gives_back!(resettlements),
    erasure: deleted!(resettlements),
    own_copy: OwnCopy::Gives {
        rows: |tx, case| {
            let rows: Vec<Resettlement> = resettlements::table
                .filter(resettlements::case_id.eq(case))
                .order((resettlements::created_at, resettlements::id))
                .select(Resettlement::as_select())
                .load(tx.conn())?;
            let told = |row: Resettlement| {
                json!({
                    "country": row.country, "primary_category": row.primary_category,
                    "secondary_category": row.secondary_category, "priority": row.priority, "state": row.state,
                    "state_on": row.state_on
                })
            };
            Ok(rows.into_iter().map(told).map(OwnRow::from).collect())
        },
        sealed: None,
    },
    backup: BackupPart::Data,
};
