//! What becomes of the asylum applications of a case: see `cases::holdings`.

use diesel::prelude::*;
use serde_json::json;

use super::model::Application;
use crate::cases::holdings::{BackupPart, Holding, Merge, OwnCopy, OwnRow, deleted, gives_back, moves};
use crate::db::schema::asylum_applications;

/// Asylum applications.
pub(crate) const HOLDING: Holding = Holding {
    table: "asylum_applications",
    merge: Merge::Moves(moves!(asylum_applications)),
    undo: gives_back!(asylum_applications),
    erasure: deleted!(asylum_applications),
    own_copy: OwnCopy::Gives {
        rows: |tx, case| {
            let rows: Vec<Application> = asylum_applications::table
                .filter(asylum_applications::case_id.eq(case))
                .order((asylum_applications::applied_on, asylum_applications::id))
                .select(Application::as_select())
                .load(tx.conn())?;
            let told = |row: Application| {
                json!({
                    "country": row.country, "authority": row.authority, "level": row.level, "state": row.state,
                    "applied_on": row.applied_on, "state_on": row.state_on, "decided_on": row.decided_on
                })
            };
            Ok(rows.into_iter().map(told).map(OwnRow::from).collect())
        },
        sealed: None,
    },
    backup: BackupPart::Data,
};
