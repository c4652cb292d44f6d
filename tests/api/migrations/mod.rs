//! A migration runs over what people have written: no row is lost, none is changed by mistake.
//!
//! Each state that the tables have been in gets rows in every table, and then whatever is still to run, as
//! of an operator who has not updated for long. The newest state gets its rows too, though nothing runs over
//! them yet: the next migration must find that there are some.

mod rows;

use std::collections::BTreeMap;
use std::path::Path;

use waystation::db::migrate;

use crate::common::columns::{Column, columns};
use crate::common::{Raw, TestDatabase};

/// Columns that a migration means to change or to drop, as `table.column`.
const MEANT: [&str; 0] = [];

/// Every row of a table as one line of its columns, in an order that does not depend on the table.
type Rows = BTreeMap<String, Vec<String>>;

fn rows_of(raw: &mut Raw, tables: &BTreeMap<String, Vec<Column>>) -> Rows {
    let lines = |(table, columns): (&String, &Vec<Column>)| {
        let value = |column: &str| match raw {
            Raw::Sqlite(_) => format!("quote({column})"),
            Raw::Postgres(_) => format!("quote_nullable({column})"),
        };
        let columns = columns.iter().map(|column| column.name.as_str());
        let lasting = columns.filter(|column| !MEANT.contains(&format!("{table}.{column}").as_str()));
        let line: Vec<_> = lasting.map(|column| format!("'{column} ' || {}", value(column))).collect();
        let mut lines = raw.texts(&format!("SELECT {} AS t FROM {table}", line.join(" || ', ' || ")));
        lines.sort();
        (table.clone(), lines)
    };
    tables.iter().map(lines).collect()
}

/// Runs these migrations as they were run when they were the newest.
fn run_earlier(database: &TestDatabase, names: &[String]) {
    let kind = if database.is_postgres() { "postgres" } else { "sqlite" };
    // Asking what is to run makes the list of what has run.
    assert!(migrate::check(&database.url).is_err());
    for name in names {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(kind).join(name);
        let mut raw = database.raw();
        raw.execute(&std::fs::read_to_string(folder.join("up.sql")).unwrap()).unwrap();
        let version = name.split('_').next().unwrap().replace('-', "");
        raw.execute(&format!("INSERT INTO __diesel_schema_migrations (version) VALUES ('{version}')"))
            .unwrap();
    }
}

/// What does not hold between the rows and the tables.
fn faults(raw: &mut Raw) -> Vec<String> {
    match raw {
        Raw::Sqlite(_) => {
            let mut faults =
                raw.texts("SELECT \"table\" || ' refers to no row' AS t FROM pragma_foreign_key_check");
            faults.extend(raw.texts(
                "SELECT integrity_check AS t FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
            ));
            faults
        }
        Raw::Postgres(_) => raw.texts(
            "SELECT conname || ' was not asked of old rows' FROM pg_constraint WHERE NOT convalidated",
        ),
    }
}

#[test]
fn rows_of_every_earlier_version_survive_what_came_after_it() {
    let [names, _] = migrate::names();
    for earlier in 1..=names.len() {
        for database in TestDatabase::empty_of_each_kind() {
            let before = format!("the rows of {}", names[earlier - 1]);
            run_earlier(&database, &names[..earlier]);
            let mut raw = database.raw();
            let tables = columns(&mut raw);
            rows::fill(&mut raw, &tables);
            let written = rows_of(&mut raw, &tables);

            let ran = migrate::run(&database.url);
            let ran = ran.unwrap_or_else(|error| panic!("over {before}, {error}"));
            assert_eq!(ran.len(), names.len() - earlier);
            let now = columns(&mut raw);
            for (table, columns) in &tables {
                for Column { name, .. } in columns {
                    let kept = now
                        .get(table)
                        .is_some_and(|columns| columns.iter().any(|column| column.name == *name));
                    let meant = MEANT.contains(&format!("{table}.{name}").as_str());
                    assert!(kept || meant, "{table}.{name} is gone: if that is meant, say so in MEANT");
                }
            }
            for (table, rows) in rows_of(&mut raw, &tables) {
                assert_eq!(
                    rows, written[&table],
                    "{before} in {table} are not what they were: if a column is to change, say so in MEANT"
                );
            }
            assert_eq!(faults(&mut raw), Vec::<String>::new(), "after migrating {before}");
        }
    }
}
