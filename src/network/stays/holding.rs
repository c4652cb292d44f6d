//! What becomes of the stays of a case: see `cases::holdings`.

use diesel::prelude::*;
use serde_json::json;

use super::rules::open_stay_ended;
use crate::cases::holdings::{BackupPart, Holding, Merge, OwnCopy, OwnRow, deleted, gives_back, moves};
use crate::db::schema::stays;
use crate::db::types::Day;
use crate::network::codes::Leaving;
use crate::network::store::has_open_stay;

/// Who stayed where.
pub(crate) const HOLDING: Holding = Holding {
    table: "stays",
    merge: Merge::Moves(moves!(stays, |tx, survivor, duplicate| {
        let both = has_open_stay(tx, survivor)? && has_open_stay(tx, duplicate)?;
        Ok(both.then(open_stay_ended))
    })),
    undo: gives_back!(stays),
    erasure: deleted!(stays),
    own_copy: OwnCopy::Gives {
        // When, and not where: others hide there.
        rows: |tx, case| {
            let rows: Vec<(Day, Option<Day>, Option<Leaving>)> = stays::table
                .filter(stays::case_id.eq(case))
                .order((stays::arrived_on, stays::id))
                .select((stays::arrived_on, stays::left_on, stays::leaving))
                .load(tx.conn())?;
            let told = |(arrived, left, leaving)| json!({"arrived_on": arrived, "left_on": left, "leaving": leaving});
            Ok(rows.into_iter().map(told).map(OwnRow::from).collect())
        },
        sealed: None,
    },
    backup: BackupPart::Data,
};
