//! The sealed values as they are, page by page.

use std::cmp::Ordering;
use std::collections::HashSet;

use actix_web::web::Data;
use diesel::prelude::*;

use super::claims::{Claim, Claims, Label, Place, sha256};
use super::{Finding, StateError, Wrong};
use crate::app::App;
use crate::db::Tx;
use crate::db::schema::{case_periods, emergency_accesses, sealed_records};
use crate::error::Result;

/// Rows that are read at once.
const PAGE: i64 = 500;

/// What a record's row repeats in clear: field group, version, writer.
type InClear = (String, i64, String);
/// A row: its id, its case, the sealed value, and what stands in clear beside it where it is a record's.
type Row = (String, String, Vec<u8>, Option<InClear>);
type Page = fn(&mut Tx<'_>, &str) -> Result<Vec<Row>>;

/// Every column that holds sealed values of cases, as table and column.
pub const SEALED_COLUMNS: [(&str, &str); 3] =
    [("sealed_records", "sealed"), ("case_periods", "note"), ("emergency_accesses", "explanation")];

const PAGES: [Page; SEALED_COLUMNS.len()] = [
    |tx, after| {
        let rows = sealed_records::table.filter(sealed_records::id.gt(after)).order(sealed_records::id);
        let in_clear = (sealed_records::field_group, sealed_records::version, sealed_records::recorded_by);
        let columns = (sealed_records::id, sealed_records::case_id, sealed_records::sealed, in_clear);
        let rows: Vec<(String, String, Vec<u8>, InClear)> =
            rows.limit(PAGE).select(columns).load(tx.conn())?;
        Ok(rows.into_iter().map(|(id, case, value, in_clear)| (id, case, value, Some(in_clear))).collect())
    },
    |tx, after| {
        let rows = case_periods::table
            .filter(case_periods::id.gt(after))
            .filter(case_periods::note.is_not_null())
            .order(case_periods::id);
        let columns = (case_periods::id, case_periods::case_id, case_periods::note.assume_not_null());
        let rows: Vec<(String, String, Vec<u8>)> = rows.limit(PAGE).select(columns).load(tx.conn())?;
        Ok(rows.into_iter().map(|(id, case, value)| (id, case, value, None)).collect())
    },
    |tx, after| {
        let rows = emergency_accesses::table
            .filter(emergency_accesses::id.gt(after))
            .filter(emergency_accesses::explanation.is_not_null())
            .order(emergency_accesses::id);
        let columns = (
            emergency_accesses::id,
            emergency_accesses::case_id,
            emergency_accesses::explanation.assume_not_null(),
        );
        let rows: Vec<(String, String, Vec<u8>)> = rows.limit(PAGE).select(columns).load(tx.conn())?;
        Ok(rows.into_iter().map(|(id, case, value)| (id, case, value, None)).collect())
    },
];

/// A value as it was found: nothing of it but what a claim can be compared with.
pub(super) struct Found {
    place: Place,
    case: String,
    sha256: String,
    label: Option<Label>,
}

/// What came of one look at all of them.
pub(super) struct Compared {
    /// How many are as the log says.
    pub whole: u64,
    /// Those that the log said something of and that are not there.
    pub gone: Vec<Finding>,
    /// Those that are not as the log had said by then: they may have been written since it was read.
    pub doubtful: Vec<Found>,
}

/// Looks at every value once.
pub(super) async fn compare(app: &Data<App>, claims: &Claims) -> Result<Compared, StateError> {
    let mut compared = Compared { whole: 0, gone: Vec::new(), doubtful: Vec::new() };
    let mut seen = HashSet::new();
    for ((table, column), page) in SEALED_COLUMNS.into_iter().zip(PAGES) {
        let mut after = String::new();
        loop {
            let start = after.clone();
            let rows = app.db.unrecorded("sealed values, to be compared", move |tx| page(tx, &start)).await?;
            let Some((last, ..)) = rows.last() else { break };
            after.clone_from(last);
            for row in rows {
                let found = Found::new(table, column, row);
                seen.insert(found.place.clone());
                match found.wrong(claims) {
                    None => compared.whole += 1,
                    Some(_) => compared.doubtful.push(found),
                }
            }
        }
    }
    let gone = claims.places().filter(|(place, _)| !seen.contains(*place));
    compared.gone = gone.map(|(place, claims)| finding(place, claims.last(), Wrong::Deleted)).collect();
    compared.gone.sort_by(by_place);
    Ok(compared)
}

impl Compared {
    /// What is whole and what is wrong, by all that the log says now.
    pub(super) fn judge(self, claims: &Claims) -> (u64, Vec<Finding>) {
        let (mut whole, mut findings) = (self.whole, self.gone);
        for found in self.doubtful {
            match found.wrong(claims) {
                None => whole += 1,
                Some(wrong) => findings.push(finding(&found.place, claims.of(&found.place).last(), wrong)),
            }
        }
        findings.sort_by(by_place);
        (whole, findings)
    }
}

fn by_place(one: &Finding, other: &Finding) -> Ordering {
    (&one.column, &one.row).cmp(&(&other.column, &other.row))
}

fn finding((table, column, row): &Place, last: Option<&Claim>, wrong: Wrong) -> Finding {
    let position = last.map(|claim| claim.position);
    Finding { column: format!("{table}.{column}"), row: row.clone(), position, wrong }
}

impl Found {
    fn new(table: &str, column: &str, (id, case, value, in_clear): Row) -> Self {
        let label = in_clear.map(|(group, version, writer)| Label {
            group: Some(group),
            version: Some(version.to_string()),
            writer: Some(writer),
        });
        Self { place: (table.to_owned(), column.to_owned(), id), case, sha256: sha256(&value), label }
    }

    /// What is wrong with it by what is claimed.
    fn wrong(&self, claims: &Claims) -> Option<Wrong> {
        wrong(claims.of(&self.place), &self.case, &self.sha256, self.label.as_ref())
    }
}

fn wrong(claims: &[Claim], case: &str, sha256: &str, label: Option<&Label>) -> Option<Wrong> {
    let Some((last, earlier)) = claims.split_last() else { return Some(Wrong::Unrecorded) };
    if last.sha256 != sha256 {
        let older = earlier.iter().rev().find(|claim| claim.sha256 == sha256);
        return Some(older.map_or(Wrong::Edited, |claim| Wrong::PutBack { position: claim.position }));
    }
    if last.case.as_deref() != Some(case) {
        return Some(Wrong::Moved);
    }
    label.is_some_and(|label| *label != last.label).then_some(Wrong::Relabelled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(version: &str) -> Label {
        let text = |text: &str| Some(text.to_owned());
        Label { group: text("identity"), version: text(version), writer: text("heron") }
    }

    #[test]
    fn a_value_is_what_its_last_entry_says_or_it_is_told_why_not() {
        let claim = |position, value: &str, version| Claim {
            position,
            case: Some("case".to_owned()),
            sha256: value.to_owned(),
            label: label(version),
        };
        let claims = [claim(3, "first", "1"), claim(5, "second", "2")];
        let now = label("2");
        assert_eq!(wrong(&claims, "case", "second", Some(&now)), None);
        assert_eq!(wrong(&claims, "case", "second", None), None);
        assert_eq!(wrong(&claims, "case", "first", Some(&now)), Some(Wrong::PutBack { position: 3 }));
        assert_eq!(wrong(&claims, "case", "third", Some(&now)), Some(Wrong::Edited));
        assert_eq!(wrong(&claims, "other", "second", Some(&now)), Some(Wrong::Moved));
        assert_eq!(wrong(&claims, "case", "second", Some(&label("7"))), Some(Wrong::Relabelled));
        assert_eq!(wrong(&[], "case", "second", Some(&now)), Some(Wrong::Unrecorded));
    }
}
