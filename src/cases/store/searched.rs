//! Sealed records of many cases at once, for the index of the search alone.

use std::collections::HashMap;

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::records::opened;
use crate::access::permissions::SystemAct;
use crate::access::{CaseId, FieldGroup, Permit};
use crate::audit::{Batch, Receipt};
use crate::cases::model::{CaseKeyRow, RecordRow};
use crate::cases::records::{Contact, Identity};
use crate::cases::search::terms::{Searched as _, Terms};
use crate::crypto::{Keyring, WrappedCaseKey};
use crate::db::schema::{case_keys, cases, sealed_records};
use crate::db::types::ID_LEN;
use crate::db::{Backend, Tx};
use crate::error::Result;

/// The groups in which something may be looked for.
const SEARCHED: [FieldGroup; 2] = [FieldGroup::Identity, FieldGroup::Contact];

/// The newest searched records of several cases, still sealed.
pub(crate) struct SealedBatch {
    rows: Vec<RecordRow>,
    keys: HashMap<CaseId, WrappedCaseKey>,
    /// The last case that it is about; nothing where no case is left.
    pub(crate) last: Option<CaseId>,
    /// How many cases it is about.
    pub(crate) cases: usize,
}

/// Whether there is any case at all.
pub(crate) fn any(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(diesel::select(exists(cases::table.select(cases::id))).get_result(tx.conn())?)
}

/// The records of up to `limit` cases behind one, by their ids.
pub(crate) fn batch_after(
    tx: &mut Tx<'_>,
    _: &Permit<SystemAct>,
    after: Option<CaseId>,
    limit: i64,
) -> Result<SealedBatch> {
    // No id is the first that there could be, so that the first batch is found as the others are.
    let after = after.map_or_else(|| "0".repeat(ID_LEN), |after| after.to_string());
    let behind = cases::table.filter(cases::id.gt(after)).order(cases::id).limit(limit);
    let ids: Vec<CaseId> = behind.select(cases::id).load(tx.conn())?;
    let (Some(&first), Some(&last)) = (ids.first(), ids.last()) else {
        tx.event.set_batch(Batch::These(Vec::new()));
        return Ok(SealedBatch { rows: Vec::new(), keys: HashMap::new(), last: None, cases: 0 });
    };
    let rows = newest(tx, Box::new(sealed_records::case_id.between(first, last)))?;
    let keys = case_keys::table.filter(case_keys::case_id.between(first, last));
    let keys = keys.select(CaseKeyRow::as_select()).load(tx.conn())?;
    tx.event.set_batch(Batch::Between(first, last));
    tx.event.set_detail("cases", ids.len());
    tx.event.set_detail("records", rows.len());
    Ok(SealedBatch { rows, keys: by_case(keys), last: Some(last), cases: ids.len() })
}

/// The records of these cases.
pub(crate) fn batch_of(tx: &mut Tx<'_>, _: &Permit<SystemAct>, ids: &[CaseId]) -> Result<SealedBatch> {
    let rows = newest(tx, Box::new(sealed_records::case_id.eq_any(ids.to_vec())))?;
    let keys = case_keys::table.filter(case_keys::case_id.eq_any(ids));
    let keys = keys.select(CaseKeyRow::as_select()).load(tx.conn())?;
    tx.event.set_batch(Batch::These(ids.to_vec()));
    tx.event.set_detail("records", rows.len());
    Ok(SealedBatch { rows, keys: by_case(keys), last: ids.last().copied(), cases: ids.len() })
}

type RecordFilter =
    Box<dyn BoxableExpression<sealed_records::table, Backend, SqlType = diesel::sql_types::Bool>>;

/// Versions have no gaps, so the newest is the one that no next one follows.
fn newest(tx: &mut Tx<'_>, of: RecordFilter) -> Result<Vec<RecordRow>> {
    let next = diesel::alias!(sealed_records as next_record);
    let followed = next
        .filter(next.field(sealed_records::case_id).eq(sealed_records::case_id))
        .filter(next.field(sealed_records::field_group).eq(sealed_records::field_group))
        .filter(next.field(sealed_records::version).eq(sealed_records::version + 1));
    Ok(sealed_records::table
        .filter(of)
        .filter(sealed_records::field_group.eq_any(SEARCHED))
        .filter(not(exists(followed)))
        .select(RecordRow::as_select())
        .load(tx.conn())?)
}

fn by_case(keys: Vec<CaseKeyRow>) -> HashMap<CaseId, WrappedCaseKey> {
    let key = |row: CaseKeyRow| {
        (
            row.case_id,
            WrappedCaseKey { case_id: row.case_id, key_version: row.key_version, wrapped: row.wrapped },
        )
    };
    keys.into_iter().map(key).collect()
}

impl SealedBatch {
    /// Opens each record against the receipt of the reading, takes from it what may be looked for, and drops it.
    /// Gives how many did not open; those of an erased case are not missed.
    pub(crate) fn open(
        self,
        keyring: &Keyring,
        receipt: &Receipt,
        mut each: impl FnMut(CaseId, i64, Terms),
    ) -> usize {
        let mut unopened = 0;
        for row in self.rows {
            let Some(key) = self.keys.get(&row.case_id) else { continue };
            let (case, version) = (row.case_id, row.version);
            let terms = match row.field_group {
                FieldGroup::Identity => {
                    opened::<Identity>(row, key, keyring, receipt).map(|record| record.terms())
                }
                FieldGroup::Contact => {
                    opened::<Contact>(row, key, keyring, receipt).map(|record| record.terms())
                }
                _ => Ok(None),
            };
            match terms {
                Ok(Some(terms)) => each(case, version, terms),
                Ok(None) => {}
                Err(error) => {
                    unopened += 1;
                    tracing::error!(%case, code = error.code().as_str(), "a record does not open, and cannot be searched");
                }
            }
        }
        unopened
    }
}
