//! The row of a case. Of an erased person it stays, without what could lead to it or tell it from others.

use diesel::prelude::*;
use serde_json::json;

use super::{BackupPart, Erasure, Holding, Merge, OwnCopy, OwnRow, Undo};
use crate::access::CaseId;
use crate::cases::code::CaseCode;
use crate::cases::codes::Risk;
use crate::cases::model::Case;
use crate::db::WriteTx;
use crate::db::schema::cases;
use crate::error::Result;

/// The case.
pub(super) const HOLDING: Holding = Holding {
    table: "cases",
    merge: Merge::Stays("it leads to the survivor from then on, by its id and by its code"),
    undo: Undo::Restores("it stands as before the merge, and leads nowhere"),
    erasure: Erasure::MadeCoarse(make_coarse),
    own_copy: OwnCopy::Gives {
        rows: |tx, case| {
            let case: Case = cases::table.find(case).select(Case::as_select()).first(tx.conn())?;
            Ok(vec![OwnRow::from(json!({
                "code": case.code, "stage": case.stage, "status": case.status, "outcome": case.outcome,
                "sex": case.sex, "age_band": case.age_band, "origin_country": case.origin_country,
                "destination_country": case.destination_country, "opened_on": case.opened_on, "since": case.since
            }))])
        },
        sealed: None,
    },
    backup: BackupPart::Data,
};

/// What is left is a person of a sex and an age band, from a country to another, in months. The code may stand on
/// paper, so the row gets one that nobody was ever told.
fn make_coarse(tx: &mut WriteTx<'_>, case: CaseId) -> Result<usize> {
    let row: Case = cases::table.find(case).select(Case::as_select()).first(tx.conn())?;
    let now = tx.now();
    Ok(diesel::update(cases::table.find(case))
        .set((
            cases::code.eq(CaseCode::generate()),
            cases::risk.eq(Risk::Low),
            cases::restricted.eq(false),
            cases::opened_on.eq(row.opened_on.first_of_month()),
            cases::since.eq(row.since.first_of_month()),
            cases::created_at.eq(row.created_at.date().first_of_month().midnight()),
            cases::updated_at.eq(now),
            cases::version.eq(row.version + 1),
        ))
        .execute(tx.conn())?)
}
