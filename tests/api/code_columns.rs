//! No column takes a code that the program does not know, or refuses one that it does.
//!
//! What is asked of the finished tables is asked of every text in them, so that no list and no column has
//! to be remembered: a text is checked against a code list, or it is known what it is.

use std::collections::BTreeSet;

use waystation::code_lists::LISTS;
use waystation::crypto::KeyPurpose;
use waystation::db::types::CodeList;

use crate::common::TestDatabase;
use crate::common::columns::{Column, columns};

/// Texts that are no code of one list, besides ids and countries.
const OTHERS: [(&str, &str); 25] = [
    ("api_keys.name", "a name that a person gives"),
    ("api_keys.permissions", "names of permissions"),
    ("api_keys.addresses", "addresses"),
    ("users.duress_hash", "a hash"),
    ("account_grants.code_hash", "a hash"),
    ("erasures.certificate", "a signed note"),
    ("settings.name", "a name that the program gives"),
    ("settings.value", "whatever belongs under the name"),
    ("hubs.name", "a name that a person gives"),
    ("shelters.codename", "a name that a person gives"),
    ("users.username", "a name that a person gives"),
    ("users.password_hash", "a hash"),
    ("users.decoy_hash", "a hash"),
    ("cases.code", "a code made for the case alone"),
    ("case_merge_rows.of_table", "the name of a table"),
    ("case_merge_places.former", "a place on a team as it was, as JSON"),
    ("case_periods.reason", "a code of the list that goes with the step, or the name of the step"),
    ("audit_events.action", "a code, but the log holds those of every version that has written to it"),
    ("audit_events.subject", "an id of whatever the event is about"),
    ("audit_checkpoints.note", "a signed note"),
    ("audit_cosignatures.witness", "the name of a witness"),
    ("audit_cosignatures.line", "a line of a signed note"),
    ("recovery_codes.code_hash", "a hash"),
    ("notices.subject", "an id of whatever waits"),
    ("idempotency_keys.key", "a text that a client gives"),
];

/// The codes of every list that a column may hold.
fn lists() -> Vec<Vec<&'static str>> {
    let served = LISTS.iter().map(|list| list.codes().iter().map(|code| code.code).collect());
    served.chain([KeyPurpose::all().iter().map(|purpose| purpose.code()).collect()]).collect()
}

/// Ids are made by the program, and a country by its form: a new one in the world is no migration.
fn is_no_code(table: &str, column: &Column) -> bool {
    let name = format!("{table}.{}", column.name);
    let is_id = column.refers_to.is_some() || column.name == "id" || column.name.ends_with("_id");
    let is_country = column.name.ends_with("country") && column.length == Some(3);
    let is_hash = column.name == "token_hash";
    is_id || is_country || is_hash || OTHERS.iter().any(|(other, _)| *other == name)
}

#[test]
fn every_column_of_codes_takes_exactly_the_codes_of_a_list() {
    let lists = lists();
    for database in TestDatabase::of_each_kind() {
        for (table, columns) in columns(&mut database.raw()) {
            for column in columns.iter().filter(|column| column.kind == "text") {
                let name = format!("{table}.{}", column.name);
                match &column.codes {
                    Some(codes) => assert!(
                        lists.iter().any(|list| list == codes),
                        "the CHECK of {name} is that of no code list: a list has changed, and the migrations of \
                         both databases must say the same, in the same order: {codes:?}"
                    ),
                    None => assert!(
                        is_no_code(&table, column),
                        "nothing says which texts {name} takes. If it holds codes, it needs a CHECK ({} IN (...)) \
                         with all of them, in the migrations of both databases; if not, say in OTHERS what it is",
                        column.name
                    ),
                }
            }
        }
    }
}

#[test]
fn what_is_said_of_other_texts_is_said_of_columns_that_are_there_and_take_any() {
    let tables = columns(&mut TestDatabase::create().raw());
    let free: BTreeSet<String> = tables
        .iter()
        .flat_map(|(table, columns)| columns.iter().map(move |column| (table, column)))
        .filter(|(_, column)| column.kind == "text" && column.codes.is_none())
        .map(|(table, column)| format!("{table}.{}", column.name))
        .collect();
    for (other, _) in OTHERS {
        assert!(free.contains(other), "{other} is not a text that may be anything: take it out of OTHERS");
    }
}
