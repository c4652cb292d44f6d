//! The history of a case. Of an erased person its months stay, in rows of their own: the id of a period begins with
//! the moment at which it was entered.

use diesel::prelude::*;
use serde_json::json;

use super::{BackupPart, Erasure, Holding, Merge, OwnCopy, OwnRow, SealedMember, Undo};
use crate::access::CaseId;
use crate::cases::model::{PeriodId, PeriodRow};
use crate::cases::note::Note;
use crate::crypto::Sealed;
use crate::db::WriteTx;
use crate::db::schema::case_periods;
use crate::db::types::Day;
use crate::error::Result;

/// What a case was, from which day until which.
pub(super) const HOLDING: Holding = Holding {
    table: "case_periods",
    merge: Merge::Stays("two histories are not one: the merged case's ends with a closing as a duplicate"),
    undo: Undo::Restores("a correction takes the closing back, and both stay to be seen"),
    erasure: Erasure::MadeCoarse(make_coarse),
    own_copy: OwnCopy::Gives {
        rows: |tx, case| {
            let rows: Vec<PeriodRow> = case_periods::table
                .filter(case_periods::case_id.eq(case))
                .filter(case_periods::superseded_at.is_null())
                .order(case_periods::sequence)
                .select(PeriodRow::as_select())
                .load(tx.conn())?;
            let told = |row: PeriodRow| OwnRow {
                clear: json!({
                    "stage": row.stage, "status": row.status, "outcome": row.outcome, "reason": row.reason,
                    "from_on": row.from_on, "until_on": row.until_on
                }),
                sealed: row.note.map(|sealed| {
                    let place = Note::place(row.id, row.case_id);
                    SealedMember::new("note", Sealed::<Note>::new(place, sealed))
                }),
            };
            Ok(rows.into_iter().map(told).collect())
        },
        sealed: Some("note"),
    },
    backup: BackupPart::Data,
};

fn make_coarse(tx: &mut WriteTx<'_>, case: CaseId) -> Result<usize> {
    let all = case_periods::table.filter(case_periods::case_id.eq(case));
    let live: Vec<PeriodRow> = all
        .filter(case_periods::superseded_at.is_null())
        .order(case_periods::sequence)
        .select(PeriodRow::as_select())
        .load(tx.conn())?;
    let were = diesel::delete(all).execute(tx.conn())?;
    for row in &live {
        diesel::insert_into(case_periods::table).values(coarse(row)).execute(tx.conn())?;
    }
    Ok(were)
}

fn coarse(row: &PeriodRow) -> PeriodRow {
    let month = row.recorded_at.date().first_of_month().midnight();
    PeriodRow {
        id: PeriodId::generate(month),
        from_on: row.from_on.first_of_month(),
        until_on: row.until_on.map(Day::first_of_month),
        note: None,
        recorded_at: month,
        ..row.clone()
    }
}
