//! Sealed records: every version is kept, the newest has the highest number.

use std::marker::PhantomData;

use diesel::dsl::sum;
use diesel::prelude::*;

use crate::access::{CaseId, FieldGroup, UserId};
use crate::audit::{Receipt, detail};
use crate::cases::model::{Case, RecordId, RecordRow};
use crate::cases::records::Record;
use crate::crypto::{Ciphertext, Keyring, Place, Sealed, WrappedCaseKey, Written};
use crate::db::schema::sealed_records;
use crate::db::types::Timestamp;
use crate::db::{Tx, WriteTx};
use crate::error::{Error, Result};

diesel::define_sql_function! {
    /// Of both databases: the number of bytes.
    fn length(bytes: diesel::sql_types::Binary) -> diesel::sql_types::Integer;
}

const TABLE: &str = "sealed_records";
const COLUMN: &str = "sealed";

/// A version as read, still sealed; `None` inside is a record that nobody has written yet.
pub(crate) struct SealedRecord<R> {
    stored: Option<(RecordRow, WrappedCaseKey)>,
    kind: PhantomData<fn() -> R>,
}

impl<R: Record> SealedRecord<R> {
    /// When and by whom it was written.
    pub(crate) fn written(&self) -> Option<Written> {
        self.stored.as_ref().map(|(row, _)| row.written())
    }

    /// Opens it against the receipt of the read. What nobody has written is an empty record.
    pub(crate) fn open(self, keyring: &Keyring, receipt: &Receipt) -> Result<R> {
        let Some((row, key)) = self.stored else {
            return serde_json::from_str("{}").map_err(Error::internal);
        };
        opened(row, &key, keyring, receipt)
    }
}

/// Opens a version against the receipt of its reading.
pub(super) fn opened<R: Record>(
    row: RecordRow,
    key: &WrappedCaseKey,
    keyring: &Keyring,
    receipt: &Receipt,
) -> Result<R> {
    Ok(at_its_place::<R>(row).open(receipt, &keyring.case_key(key)?)?)
}

/// A version where it was sealed, to be opened there.
pub(crate) fn at_its_place<R: Record>(row: RecordRow) -> Sealed<R> {
    Sealed::new(place(&row.id, row.case_id, R::GROUP, row.written()), row.sealed)
}

/// The field groups that have a record.
pub(crate) fn written_groups(tx: &mut Tx<'_>, case: &Case) -> Result<Vec<FieldGroup>> {
    let of_case = sealed_records::table.filter(sealed_records::case_id.eq(case.id));
    let groups = of_case.select(sealed_records::field_group).distinct();
    Ok(groups.order(sealed_records::field_group).load(tx.conn())?)
}

/// How many bytes the versions of its records take.
pub(crate) fn stored_bytes(tx: &mut Tx<'_>, case: &Case) -> Result<i64> {
    let of_case = sealed_records::table.filter(sealed_records::case_id.eq(case.id));
    let bytes: Option<i64> = of_case.select(sum(length(sealed_records::sealed))).first(tx.conn())?;
    Ok(bytes.unwrap_or(0))
}

/// The newest version, or the one with this number.
pub(crate) fn sealed<R: Record>(
    tx: &mut Tx<'_>,
    case: &Case,
    version: Option<i64>,
) -> Result<SealedRecord<R>> {
    let row = match version {
        None => newest(tx, case, R::GROUP)?,
        Some(version) => Some(
            sealed_records::table
                .filter(sealed_records::case_id.eq(case.id))
                .filter(sealed_records::field_group.eq(R::GROUP))
                .filter(sealed_records::version.eq(version))
                .select(RecordRow::as_select())
                .first(tx.conn())?,
        ),
    };
    let stored = match row {
        None => None,
        Some(row) => {
            tx.event.set_subject(row.id);
            tx.event.set_detail(detail::VERSION, row.version);
            Some((row, super::key(tx, case)?))
        }
    };
    Ok(SealedRecord { stored, kind: PhantomData })
}

fn newest(tx: &mut Tx<'_>, case: &Case, group: FieldGroup) -> Result<Option<RecordRow>> {
    Ok(sealed_records::table
        .filter(sealed_records::case_id.eq(case.id))
        .filter(sealed_records::field_group.eq(group))
        .order(sealed_records::version.desc())
        .select(RecordRow::as_select())
        .first(tx.conn())
        .optional()?)
}

/// Number of the newest version; 0 where nobody has written one.
pub(crate) fn newest_version(tx: &mut Tx<'_>, case: &Case, group: FieldGroup) -> Result<i64> {
    let newest: Option<i64> = sealed_records::table
        .filter(sealed_records::case_id.eq(case.id))
        .filter(sealed_records::field_group.eq(group))
        .select(diesel::dsl::max(sealed_records::version))
        .first(tx.conn())?;
    Ok(newest.unwrap_or(0))
}

/// Where a page of versions ends: its case, its number.
pub(crate) type VersionKey = (CaseId, i64);

/// The versions of these cases, which are one person's, after `start`: case by case, and of each the newest first, as
/// the index has them.
pub(crate) fn versions(
    tx: &mut Tx<'_>,
    cases: &[CaseId],
    group: FieldGroup,
    start: Option<VersionKey>,
    limit: i64,
) -> Result<Vec<(CaseId, Written)>> {
    let mut found = Vec::new();
    let mut left = limit;
    let past = |case: &&CaseId| start.is_some_and(|(last, _)| **case != last);
    for case in cases.iter().skip_while(past) {
        let mut query = sealed_records::table
            .filter(sealed_records::case_id.eq(case))
            .filter(sealed_records::field_group.eq(group))
            .into_boxed();
        if let Some((_, version)) = start.filter(|(last, _)| last == case) {
            query = query.filter(sealed_records::version.lt(version));
        }
        let rows: Vec<(i64, Timestamp, UserId)> = query
            .order(sealed_records::version.desc())
            .limit(left)
            .select((sealed_records::version, sealed_records::recorded_at, sealed_records::recorded_by))
            .load(tx.conn())?;
        left -= i64::try_from(rows.len()).map_err(Error::internal)?;
        found.extend(rows.into_iter().map(|(version, at, by)| (*case, Written { version, at, by })));
        if left == 0 {
            break;
        }
    }
    Ok(found)
}

/// Seals and stores the next version.
pub(crate) fn insert<R: Record>(
    tx: &mut WriteTx<'_>,
    keyring: &Keyring,
    case: &Case,
    record: &R,
    version: i64,
    writer: UserId,
) -> Result<Written> {
    let id = RecordId::generate();
    let written = Written { version, at: tx.now(), by: writer };
    let place = place(&id, case.id, R::GROUP, written);
    let key = keyring.case_key(&super::key(tx, case)?)?;
    let sealed: Ciphertext = key.seal(&place, record)?;
    tx.stored(&place, &sealed);
    tx.event.set_subject(id);
    tx.event.set_detail(detail::VERSION, version);
    let row = RecordRow {
        id,
        case_id: case.id,
        field_group: R::GROUP,
        version,
        sealed,
        recorded_at: written.at,
        recorded_by: written.by,
    };
    // Two writers who saw the same version: one of them has been overtaken.
    diesel::insert_into(sealed_records::table)
        .values(&row)
        .execute(tx.conn())
        .map_err(|error| crate::db::on_duplicate(error, Error::precondition_failed))?;
    Ok(written)
}

fn place(id: &RecordId, case: CaseId, group: FieldGroup, written: Written) -> Place {
    Place::new(TABLE, COLUMN, id.as_str(), case).in_group(group).written(written)
}

impl RecordRow {
    fn written(&self) -> Written {
        Written { version: self.version, at: self.recorded_at, by: self.recorded_by }
    }
}
