//! The sealed values as they are, page by page.

use actix_web::web::Data;
use diesel::prelude::*;

use super::claims::{Claim, Claims, sha256};
use super::{Finding, StateError, Wrong};
use crate::app::App;
use crate::db::Tx;
use crate::db::schema::{case_periods, sealed_records};
use crate::error::Result;

/// Rows that are read at once.
const PAGE: i64 = 500;

/// A row's id, its case, and the sealed value.
type Value = (String, String, Vec<u8>);
type Page = fn(&mut Tx<'_>, &str) -> Result<Vec<Value>>;

/// Every column that holds sealed values of cases, as table and column.
pub const SEALED_COLUMNS: [(&str, &str); 2] = [("sealed_records", "sealed"), ("case_periods", "note")];

const PAGES: [Page; SEALED_COLUMNS.len()] = [
    |tx, after| {
        let values =
            sealed_records::table.filter(sealed_records::id.gt(after)).order(sealed_records::id).limit(PAGE);
        Ok(values
            .select((sealed_records::id, sealed_records::case_id, sealed_records::sealed))
            .load(tx.conn())?)
    },
    |tx, after| {
        let values = case_periods::table
            .filter(case_periods::id.gt(after))
            .filter(case_periods::note.is_not_null())
            .order(case_periods::id)
            .limit(PAGE);
        let columns = (case_periods::id, case_periods::case_id, case_periods::note.assume_not_null());
        Ok(values.select(columns).load(tx.conn())?)
    },
];

/// How many are as the log says, and what is wrong with the others, in the order of tables and rows.
pub(super) async fn compare(app: &Data<App>, mut claims: Claims) -> Result<(u64, Vec<Finding>), StateError> {
    let (mut whole, mut findings) = (0, Vec::new());
    for ((table, column), page) in SEALED_COLUMNS.into_iter().zip(PAGES) {
        let mut after = String::new();
        loop {
            let start = after.clone();
            let values =
                app.db.unrecorded("sealed values, to be compared", move |tx| page(tx, &start)).await?;
            let Some((last, ..)) = values.last() else { break };
            after.clone_from(last);
            for (row, case, value) in values {
                match wrong(claims.take(table, column, &row), &case, &value) {
                    None => whole += 1,
                    Some((wrong, position)) => {
                        findings.push(Finding { column: format!("{table}.{column}"), row, position, wrong });
                    }
                }
            }
        }
    }
    let gone = claims.rest().map(|((table, column, row), claims)| Finding {
        column: format!("{table}.{column}"),
        row,
        position: claims.last().map(|claim| claim.position),
        wrong: Wrong::Deleted,
    });
    findings.extend(gone);
    findings.sort_by(|one, other| (&one.column, &one.row).cmp(&(&other.column, &other.row)));
    Ok((whole, findings))
}

/// What is wrong with a value of which this is said, and the entry that says it.
fn wrong(claims: Option<Vec<Claim>>, case: &str, value: &[u8]) -> Option<(Wrong, Option<u64>)> {
    let Some((last, earlier)) = claims.as_deref().and_then(<[Claim]>::split_last) else {
        return Some((Wrong::Unrecorded, None));
    };
    let hash = sha256(value);
    let wrong = if last.sha256 != hash {
        let older = earlier.iter().rev().find(|claim| claim.sha256 == hash);
        older.map_or(Wrong::Edited, |claim| Wrong::PutBack { position: claim.position })
    } else if last.case.as_deref() != Some(case) {
        Wrong::Moved
    } else {
        return None;
    };
    Some((wrong, Some(last.position)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_what_its_last_entry_says_or_it_is_told_why_not() {
        let claim =
            |position, value: &[u8]| Claim { position, case: Some("case".to_owned()), sha256: sha256(value) };
        let claims = || Some(vec![claim(3, b"first"), claim(5, b"second")]);
        assert_eq!(wrong(claims(), "case", b"second"), None);
        assert_eq!(wrong(claims(), "case", b"first"), Some((Wrong::PutBack { position: 3 }, Some(5))));
        assert_eq!(wrong(claims(), "case", b"third"), Some((Wrong::Edited, Some(5))));
        assert_eq!(wrong(claims(), "other", b"second"), Some((Wrong::Moved, Some(5))));
        assert_eq!(wrong(None, "case", b"second"), Some((Wrong::Unrecorded, None)));
    }
}
