//! The tables as the database itself describes them, in the same words for either.

use std::collections::BTreeMap;

use super::Raw;

/// A column of a table.
pub struct Column {
    pub name: String,
    /// `text`, `bigint`, `integer`, `boolean`, `date` or `bytea`.
    pub kind: String,
    pub nullable: bool,
    /// Whether it is the key, or a part of it.
    pub key: bool,
    /// The table whose row it names.
    pub refers_to: Option<String>,
    /// The codes that its CHECK takes, in the order of the CHECK.
    pub codes: Option<Vec<String>>,
    /// The length that its CHECK asks for.
    pub length: Option<usize>,
}

/// Every table with its columns, but for what belongs to the database or to the migrations.
pub fn columns(raw: &mut Raw) -> BTreeMap<String, Vec<Column>> {
    let names = raw.texts(match raw {
        Raw::Sqlite(_) => {
            "SELECT name AS t FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_\\_%' ESCAPE '\\'"
        }
        Raw::Postgres(_) => {
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'"
        }
    });
    names.into_iter().map(|table| (table.clone(), of(raw, &table))).collect()
}

fn of(raw: &mut Raw, table: &str) -> Vec<Column> {
    let checks = checks(raw, table);
    let lines = match raw {
        Raw::Sqlite(_) => raw.texts(&format!(
            "SELECT columns.name || '|' || lower(replace(columns.type, 'BLOB', 'BYTEA')) || '|' || (columns.\"notnull\" = 0) || '|' ||
                    (columns.pk > 0) || '|' || coalesce(keys.\"table\", '') AS t
             FROM pragma_table_info('{table}') AS columns
             LEFT JOIN pragma_foreign_key_list('{table}') AS keys ON keys.\"from\" = columns.name
             ORDER BY columns.cid"
        )),
        Raw::Postgres(_) => raw.texts(&format!(
            "SELECT attname || '|' || format_type(atttypid, atttypmod) || '|' || (NOT attnotnull)::int || '|' ||
                    coalesce((SELECT (attnum = ANY (conkey))::int FROM pg_constraint WHERE conrelid = attrelid AND contype = 'p'), 0) || '|' ||
                    coalesce((SELECT confrelid::regclass::text FROM pg_constraint WHERE conrelid = attrelid AND contype = 'f' AND conkey = ARRAY[attnum]), '')
             FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        )),
    };
    lines.iter().map(|line| column(line, &checks)).collect()
}

fn column(line: &str, checks: &[String]) -> Column {
    let [name, kind, nullable, key, refers_to] = line.split('|').collect::<Vec<_>>().try_into().unwrap();
    Column {
        name: name.to_owned(),
        kind: kind.to_owned(),
        nullable: nullable == "1",
        key: key == "1",
        refers_to: Some(refers_to.to_owned()).filter(|table| !table.is_empty()),
        codes: checks.iter().find_map(|check| codes(check, name)),
        length: checks.iter().find_map(|check| {
            check.strip_prefix(&format!("length({name}) = ")).and_then(|length| length.parse().ok())
        }),
    }
}

/// What the CHECKs of a table ask for, one each, without the brackets around it.
fn checks(raw: &mut Raw, table: &str) -> Vec<String> {
    match raw {
        Raw::Sqlite(_) => {
            let made = raw.texts(&format!("SELECT sql AS t FROM sqlite_master WHERE name = '{table}'"));
            let code = made[0].lines().map(|line| line.split("--").next().unwrap_or_default());
            let line = code.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ");
            line.split("CHECK (").skip(1).map(|rest| bracketed(rest).to_owned()).collect()
        }
        Raw::Postgres(_) => {
            let made = raw.texts(&format!(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND conrelid = '{table}'::regclass"
            ));
            let inner = |check: &String| bracketed(check.strip_prefix("CHECK ((").unwrap()).to_owned();
            made.iter().map(inner).collect()
        }
    }
}

/// What stands before the bracket that closes one opened before.
fn bracketed(text: &str) -> &str {
    let mut open = 1;
    let end = text.find(|character| {
        open += i32::from(character == '(') - i32::from(character == ')');
        open == 0
    });
    &text[..end.unwrap()]
}

/// The codes of a CHECK that asks for nothing but that `column` be one of them.
fn codes(check: &str, column: &str) -> Option<Vec<String>> {
    let of_sqlite = || check.strip_prefix(&format!("{column} IN ("))?.strip_suffix(')');
    let of_postgres = || check.strip_prefix(&format!("{column} = ANY (ARRAY["))?.strip_suffix("])");
    let code = |text: &str| {
        text.trim_end_matches("::text").strip_prefix('\'')?.strip_suffix('\'').map(ToOwned::to_owned)
    };
    of_sqlite().or_else(of_postgres)?.split(", ").map(code).collect()
}
