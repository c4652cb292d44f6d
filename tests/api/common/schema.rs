//! `src/db/schema.rs` as data.

use std::collections::BTreeMap;

/// A table as the queries know it.
pub struct Table {
    pub key: Vec<String>,
    /// Name, type and whether it may be null.
    pub columns: Vec<(String, String, bool)>,
}

/// Every table.
pub fn tables() -> BTreeMap<String, Table> {
    let text = include_str!("../../../src/db/schema.rs");
    let mut found = BTreeMap::new();
    for part in text.split("diesel::table! {").skip(1) {
        let (head, rest) = part.split_once('{').unwrap();
        let (name, key) = head.trim().split_once('(').unwrap();
        let key = key.trim().trim_end_matches(')').split(", ").map(str::to_owned).collect();
        let columns =
            rest.split_once('}').unwrap().0.lines().filter_map(|line| line.trim().strip_suffix(','));
        let columns = columns
            .map(|column| {
                let (name, kind) = column.split_once(" -> ").unwrap();
                let inner = kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>'));
                (name.to_owned(), inner.unwrap_or(kind).to_owned(), inner.is_some())
            })
            .collect();
        found.insert(name.trim().to_owned(), Table { key, columns });
    }
    found
}

/// Every column of bytes that holds a sealed value of a case: its table and its name.
///
/// The others hold keys, which are wrapped, hashes, or the log.
pub fn sealed_columns() -> Vec<(String, String)> {
    const OTHERS: [&str; 14] = [
        "mail_addresses.sealed",
        "second_factors.secret",
        "second_factors.pending",
        "keyring.wrapped",
        "keyring.handover",
        "key_split_shares.fingerprint",
        "search_texts.sealed",
        "case_keys.wrapped",
        "idempotency_keys.fingerprint",
        "idempotency_keys.answer",
        "audit_events.body",
        "audit_events.leaf",
        "audit_subtrees.hash",
        "audit_checkpoints.root",
    ];
    let mut found = Vec::new();
    for (table, described) in tables() {
        for (column, kind, _) in described.columns {
            if kind == "Binary" && !OTHERS.contains(&format!("{table}.{column}").as_str()) {
                found.push((table.clone(), column));
            }
        }
    }
    found
}
