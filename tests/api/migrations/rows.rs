//! Rows for tables that are known only from what the database says of them.
//!
//! Two in each: one with nothing in the columns that may be empty, one with all of them filled. No two
//! values of a row are alike where the CHECKs leave the choice, so that columns in a wrong order are seen.

use std::collections::BTreeMap;

use crate::common::Raw;
use crate::common::columns::Column;

type Tables = BTreeMap<String, Vec<Column>>;

/// Codes are tried one after the other, until the CHECKs between columns are content.
const TRIES: usize = 64;

/// Fills every table, those first that others refer to.
pub fn fill(raw: &mut Raw, tables: &Tables) {
    let mut left: Vec<&String> = tables.keys().collect();
    while !left.is_empty() {
        let waits = |table: &&String| {
            let parents = tables[*table].iter().filter_map(|column| column.refers_to.as_ref());
            parents.into_iter().any(|parent| parent != *table && left.contains(&parent))
        };
        let (later, next): (Vec<_>, Vec<_>) = left.iter().copied().partition(waits);
        assert!(!next.is_empty(), "these refer to each other in a circle, and get no row: {later:?}");
        for table in next {
            for row in 0..2 {
                insert(raw, tables, table, row);
            }
        }
        left = later;
    }
}

fn insert(raw: &mut Raw, tables: &Tables, table: &str, row: usize) {
    let columns = &tables[table];
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let mut refused = None;
    for attempt in 0..TRIES {
        let value = |column: &Column| match column.nullable && row == 0 {
            true => "NULL".to_owned(),
            false => value(raw, tables, (table, column), row, attempt),
        };
        let values: Vec<String> = columns.iter().map(value).collect();
        let sql = format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", "));
        match raw.execute(&sql) {
            Ok(()) => return,
            Err(error) => refused = Some(error),
        }
    }
    panic!(
        "{table} takes no row that the test can think of; teach `value` what its CHECKs ask for: {}",
        refused.unwrap()
    );
}

fn value(raw: &Raw, tables: &Tables, (table, column): (&str, &Column), row: usize, attempt: usize) -> String {
    if let Some(parent) = &column.refers_to {
        // Nobody asks or decides for themselves.
        let row = if ["asked_by", "decided_by"].contains(&column.name.as_str()) { 1 - row } else { row };
        let key = tables[parent].iter().find(|column| column.key).unwrap();
        return value(raw, tables, (parent, key), row, attempt);
    }
    let place = tables[table].iter().position(|other| other.name == column.name).unwrap();
    if let Some(codes) = &column.codes {
        return format!("'{}'", codes[(place + attempt) % codes.len()]);
    }
    let number = 2 * place + row + 1;
    match (column.kind.as_str(), column.length) {
        ("text", None) => format!("'{table} {} {row}'", column.name),
        ("text", Some(length)) => {
            format!("'{}'", char::from(b'A' + u8::try_from(number % 26).unwrap()).to_string().repeat(length))
        }
        ("bytea", length) => {
            let digits = format!("{number:02x}").repeat(length.unwrap_or(8));
            match raw {
                Raw::Sqlite(_) => format!("X'{digits}'"),
                Raw::Postgres(_) => format!("'\\x{digits}'"),
            }
        }
        ("bigint" | "integer", _) => number.to_string(),
        ("boolean", _) => (number % 4 < 2).to_string(),
        ("date", _) => format!("'2026-01-{:02}'", place + 1),
        (kind, _) => panic!("{table}.{} is of a kind that no other column has: {kind}", column.name),
    }
}
