//! The two sets of migrations make one schema, which is the one that the queries are built for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use waystation::cases::holdings::{HOLDINGS, Merge, OwnCopy, Undo};
use waystation::db::migrate::{self, MigrateError};

use crate::common::schema::tables;
use crate::common::{Raw, TestDatabase};

fn migrations(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(kind);
    let mut found: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

fn name(migration: &Path) -> String {
    migration.file_name().unwrap().to_str().unwrap().to_owned()
}

/// The statements that make or change tables and indexes, in one writing: no comments, one space, one word
/// for bytes.
fn statements(migration: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(migration.join("up.sql")).unwrap();
    let code: String =
        text.lines().map(|line| line.split("--").next().unwrap_or_default().to_owned() + "\n").collect();
    code.split(';')
        .map(|statement| statement.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|statement| {
            ["CREATE TABLE", "CREATE INDEX", "CREATE UNIQUE INDEX", "ALTER TABLE"]
                .iter()
                .any(|start| statement.starts_with(start))
        })
        // How SQLite lays a table out, and its name for bytes.
        .map(|statement| statement.replace(" BYTEA", " BLOB").replace(") WITHOUT ROWID", ")"))
        .collect()
}

#[test]
fn both_databases_have_the_same_migrations_and_each_can_be_undone() {
    let (sqlite, postgres) = (migrations("sqlite"), migrations("postgres"));
    let names: Vec<_> = sqlite.iter().map(|migration| name(migration)).collect();
    assert_eq!(names, postgres.iter().map(|migration| name(migration)).collect::<Vec<_>>());
    assert_eq!(migrate::names(), [names.clone(), names]);
    for migration in sqlite.iter().chain(&postgres) {
        assert!(
            migration.join("up.sql").is_file() && migration.join("down.sql").is_file(),
            "{}",
            name(migration)
        );
    }
}

#[test]
fn both_databases_make_the_same_tables_with_the_same_checks() {
    // Kept by a trigger on one database and by the sequencer's own way of looking on the other.
    const ONLY_POSTGRES: &str = "CREATE INDEX audit_events_unsequenced";
    for (sqlite, postgres) in migrations("sqlite").iter().zip(&migrations("postgres")) {
        let here = statements(sqlite);
        let there: Vec<_> = statements(postgres)
            .into_iter()
            .filter(|statement| !statement.starts_with(ONLY_POSTGRES))
            .collect();
        assert!(
            !here.is_empty(),
            "{} makes and changes no table and no index, as far as the test can read it: look at `statements`",
            name(sqlite)
        );
        assert_eq!(here, there, "{}", name(sqlite));
    }
}

/// Everything that the database says of its tables, a line each.
fn described(raw: &mut Raw) -> BTreeSet<String> {
    let names: Vec<String> = tables().into_keys().collect();
    match raw {
        Raw::Sqlite(_) => names.iter().flat_map(|table| of_sqlite(raw, table)).collect(),
        Raw::Postgres(_) => of_postgres(raw),
    }
}

fn of_sqlite(raw: &mut Raw, table: &str) -> Vec<String> {
    let mut lines = raw.texts(&format!(
        "SELECT 'column {table}.' || name || ' ' || lower(replace(type, 'BLOB', 'BYTEA')) || CASE WHEN \"notnull\" THEN ' not null' ELSE '' END AS t
         FROM pragma_table_info('{table}')"
    ));
    lines.extend(raw.texts(&format!(
        "SELECT 'key {table} ' || group_concat(name, ',') AS t FROM (SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk)"
    )));
    lines.extend(raw.texts(&format!(
        "SELECT 'reference {table}.' || \"from\" || ' ' || \"table\" || '.' || \"to\" AS t FROM pragma_foreign_key_list('{table}')"
    )));
    lines.extend(raw.texts(&format!(
        "SELECT CASE WHEN \"unique\" THEN 'unique ' ELSE 'index ' END || '{table} ' ||
                (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(list.name) ORDER BY seqno)) ||
                CASE WHEN partial THEN ' where' ELSE '' END AS t
         FROM pragma_index_list('{table}') AS list WHERE origin <> 'pk'"
    )));
    lines
}

fn of_postgres(raw: &mut Raw) -> BTreeSet<String> {
    let mut lines = raw.texts(
        "SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || CASE WHEN is_nullable = 'NO' THEN ' not null' ELSE '' END
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'",
    );
    let columns = |key: &str, of: &str| {
        format!(
            "(SELECT string_agg(attname, ',' ORDER BY place) FROM unnest({key}) WITH ORDINALITY AS keys(number, place) JOIN pg_attribute ON attnum = number AND attrelid = {of})"
        )
    };
    lines.extend(raw.texts(&format!(
        "SELECT CASE contype WHEN 'p' THEN 'key ' || conrelid::regclass || ' ' || {here}
                             ELSE 'reference ' || conrelid::regclass || '.' || {here} || ' ' || confrelid::regclass || '.' || {there} END
         FROM pg_constraint WHERE contype IN ('p', 'f') AND connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE '\\_\\_%'",
        here = columns("conkey", "conrelid"),
        there = columns("confkey", "confrelid"),
    )));
    lines.extend(raw.texts(&format!(
        "SELECT CASE WHEN indisunique THEN 'unique ' ELSE 'index ' END || indrelid::regclass || ' ' || {} ||
                CASE WHEN indpred IS NULL THEN '' ELSE ' where' END
         FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
         WHERE NOT indisprimary AND relnamespace = 'public'::regnamespace AND relname <> 'audit_events_unsequenced'",
        columns("indkey::int2[]", "indrelid"),
    )));
    lines.into_iter().map(|line| line.replace("column boolean", "column bool")).collect()
}

/// What `src/db/schema.rs` says, in the same lines.
fn of_queries() -> BTreeSet<String> {
    let kinds = BTreeMap::from([
        ("Text", "text"),
        ("BigInt", "bigint"),
        ("Integer", "integer"),
        ("Binary", "bytea"),
        ("Bool", "boolean"),
        ("Date", "date"),
    ]);
    let mut lines = BTreeSet::new();
    for (table, described) in tables() {
        lines.insert(format!("key {table} {}", described.key.join(",")));
        for (column, kind, nullable) in described.columns {
            let end = if nullable { "" } else { " not null" };
            lines.insert(format!("column {table}.{column} {}{end}", kinds[kind.as_str()]));
        }
    }
    lines
}

#[test]
fn the_tables_are_those_that_the_queries_are_built_for() {
    for database in &TestDatabase::of_each_kind() {
        let found: BTreeSet<_> = described(&mut database.raw())
            .into_iter()
            .filter(|line| line.starts_with("column ") || line.starts_with("key "))
            .collect();
        assert_eq!(found, of_queries());
    }
}

#[test]
fn postgresql_has_the_references_and_uniques_that_sqlite_has() {
    let postgres = TestDatabase::create();
    if !postgres.is_postgres() {
        return;
    }
    let (sqlite, postgres) = (described(&mut TestDatabase::sqlite().raw()), described(&mut postgres.raw()));
    assert!(sqlite.iter().any(|line| line.starts_with("reference ")));
    assert!(sqlite.iter().any(|line| line.starts_with("unique ")));
    assert_eq!(sqlite, postgres);
}

#[test]
fn whatever_belongs_to_a_case_refers_to_it() {
    // An event may be about a case that was asked for and is not there, and outlives one that is erased.
    const WITHOUT: [&str; 1] = ["audit_events"];
    let database = TestDatabase::create();
    let lines = described(&mut database.raw());
    let mut of_a_case = 0;
    for (table, described) in tables() {
        let has_case = described.columns.iter().any(|(column, ..)| column == "case_id");
        if has_case && !WITHOUT.contains(&table.as_str()) {
            of_a_case += 1;
            assert!(lines.contains(&format!("reference {table}.case_id cases.id")), "{table}");
        }
    }
    assert!(of_a_case >= 9, "{of_a_case}");
}

/// Every table with a case in it: with a `case_id`, or with a reference to a case, or to such a table.
fn with_a_case(raw: &mut Raw) -> BTreeSet<String> {
    let lines = described(raw);
    let named = |table: &str| lines.iter().any(|line| line.starts_with(&format!("column {table}.case_id ")));
    let mut found: BTreeSet<String> = tables().into_keys().filter(|table| named(table)).collect();
    found.insert("cases".to_owned());
    loop {
        let referring = lines.iter().filter_map(|line| {
            let (from, to) = line.strip_prefix("reference ")?.split_once(' ')?;
            let (table, other) = (from.split('.').next()?, to.split('.').next()?);
            (found.contains(other) && !found.contains(table)).then(|| table.to_owned())
        });
        let more: BTreeSet<String> = referring.collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

#[test]
fn every_table_with_a_case_in_it_says_what_becomes_of_it() {
    let listed: BTreeSet<String> = HOLDINGS.iter().map(|holding| holding.table.to_owned()).collect();
    for database in TestDatabase::of_each_kind() {
        let found = with_a_case(&mut database.raw());
        assert_eq!(found, listed, "decide in src/cases/holdings/ what becomes of a new table");
    }
}

#[test]
fn rows_may_be_deleted_in_the_order_of_the_list() {
    let lines = described(&mut TestDatabase::create().raw());
    let place = |table: &str| HOLDINGS.iter().position(|holding| holding.table == table);
    for line in lines.iter().filter_map(|line| line.strip_prefix("reference ")) {
        let (from, to) = line.split_once(' ').unwrap();
        let (table, other) = (from.split('.').next().unwrap(), to.split('.').next().unwrap());
        if let (true, Some(first), Some(second)) = (table != other, place(table), place(other)) {
            assert!(first < second, "{table} refers to {other}");
        }
    }
}

#[test]
fn what_the_list_names_of_a_table_is_there() {
    let tables = tables();
    let sealed = crate::common::schema::sealed_columns();
    let mut copied = BTreeSet::new();
    for holding in HOLDINGS {
        if let (Merge::With(other), _) | (_, Undo::With(other)) = (holding.merge, holding.undo) {
            assert!(tables.contains_key(other), "{}", holding.table);
        }
        if let OwnCopy::Gives { sealed: Some(column), .. } = holding.own_copy {
            copied.insert((holding.table.to_owned(), column.to_owned()));
        }
    }
    // Whoever makes a copy may not read why somebody else has opened the case: it is for them and their coordinators.
    copied.insert(("emergency_accesses".to_owned(), "explanation".to_owned()));
    assert_eq!(copied, sealed.into_iter().collect(), "every sealed value of a person is in their own copy");
}

#[test]
fn undoing_every_migration_leaves_an_empty_database() {
    for database in TestDatabase::empty_of_each_kind() {
        let kind = if database.is_postgres() { "postgres" } else { "sqlite" };
        let mut raw = database.raw();
        let run = |raw: &mut Raw, migration: &Path, file: &str| {
            let sql = std::fs::read_to_string(migration.join(file)).unwrap();
            raw.execute(&sql).unwrap_or_else(|error| panic!("{kind} {} {file}: {error}", name(migration)));
        };
        let left = match kind {
            "sqlite" => "SELECT COUNT(*) FROM sqlite_master",
            _ => {
                "SELECT (SELECT COUNT(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace) + (SELECT COUNT(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace)"
            }
        };
        for _ in 0..2 {
            for migration in &migrations(kind) {
                run(&mut raw, migration, "up.sql");
            }
            assert!(raw.count(left) > 20);
            for migration in migrations(kind).iter().rev() {
                run(&mut raw, migration, "down.sql");
            }
            assert_eq!(raw.count(left), 0, "{kind}");
        }
    }
}

#[test]
fn a_database_that_a_newer_program_has_used_is_refused() {
    let database = TestDatabase::create();
    migrate::check(&database.url).unwrap();
    assert_eq!(migrate::run(&database.url).unwrap(), Vec::<String>::new());
    database
        .raw()
        .execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101000001')")
        .unwrap();
    for outcome in [migrate::check(&database.url), migrate::run(&database.url).map(drop)] {
        assert!(matches!(outcome, Err(MigrateError::Newer(version)) if version == "20990101000001"));
    }
}

#[test]
fn a_database_without_tables_is_told_as_no_network() {
    let database = TestDatabase::empty();
    assert!(matches!(migrate::check(&database.url), Err(MigrateError::Empty)));
    assert_eq!(migrate::run(&database.url).unwrap().len(), migrations("sqlite").len());
    migrate::check(&database.url).unwrap();
}
