//! One connection to either database, with the settings that the promises rest on.
//!
//! Nothing else but the rest of `db` may ask which database it is.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};

use super::advice::advise;
use super::url::{DatabaseUrl, PostgresUrl, SqlitePath};

/// SQLite or PostgreSQL.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// A server of its own.
    Postgres(PgConnection),
    /// A file, in this process.
    Sqlite(SqliteConnection),
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Read,
    Write,
}

/// The WAL-reset corruption bug is fixed in this version (sqlite.org/wal.html, section 11).
const OLDEST_SQLITE: i32 = 3_051_003;

/// Why a connection cannot be used. Each carries its cause in its own message, so that a printed chain
/// does not say it twice.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The database does not answer.
    #[error("the database cannot be opened: {}", advise(&.0.to_string()))]
    Connect(diesel::ConnectionError),
    /// It opened, and does not do what it must.
    #[error("the database cannot be used: {}", advise(&.0.to_string()))]
    Setting(diesel::result::Error),
    /// A setting that must hold does not.
    #[error("{0}")]
    Unsafe(String),
}

impl From<diesel::ConnectionError> for ConnectError {
    fn from(cause: diesel::ConnectionError) -> Self {
        Self::Connect(cause)
    }
}

impl From<diesel::result::Error> for ConnectError {
    fn from(cause: diesel::result::Error) -> Self {
        Self::Setting(cause)
    }
}

/// Opens a connection and asserts its settings.
pub(super) fn open(url: &DatabaseUrl, purpose: Purpose) -> Result<AnyConnection, ConnectError> {
    match url {
        DatabaseUrl::Sqlite(path) => open_sqlite(path, purpose).map(AnyConnection::Sqlite),
        DatabaseUrl::Postgres(server) => open_postgres(server, purpose).map(AnyConnection::Postgres),
    }
}

pub(super) fn open_sqlite(path: &SqlitePath, purpose: Purpose) -> Result<SqliteConnection, ConnectError> {
    let mut conn = SqliteConnection::establish(&path.to_uri())?;
    // Long: a server under load leaves its lock for moments, and the operator's command must find one of them.
    // Shorter than a request may take, so that a client is told what was in the way.
    conn.batch_execute(
        "PRAGMA busy_timeout = 25000;
         PRAGMA foreign_keys = ON;
         PRAGMA synchronous = FULL;
         PRAGMA trusted_schema = OFF;
         PRAGMA recursive_triggers = ON;
         PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY;",
    )?;
    if purpose == Purpose::Write {
        // A server's log is checkpointed beside its writer long before it has so many pages; at 64 MiB by its writer.
        conn.batch_execute(
            "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 16000; PRAGMA cache_size = -8192",
        )?;
        // What it cannot write SQLite opens for reading, and says so only at the first write: a change
        // that is taken back makes it say so now.
        conn.batch_execute("BEGIN IMMEDIATE; PRAGMA user_version = 1; ROLLBACK")?;
    } else {
        // What a reader keeps is of use to one transaction alone: the next commit makes it stale.
        conn.batch_execute("PRAGMA query_only = ON; PRAGMA cache_size = -1024")?;
    }
    assert_sqlite(&mut conn)?;
    Ok(conn)
}

diesel::define_sql_function!(fn sqlite_version() -> Text);

#[derive(QueryableByName)]
struct TextPragma {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct NumberPragma {
    #[diesel(sql_type = Integer)]
    value: i32,
}

fn assert_sqlite(conn: &mut SqliteConnection) -> Result<(), ConnectError> {
    let version: String = diesel::select(sqlite_version()).get_result(conn)?;
    if version_number(&version) < OLDEST_SQLITE {
        return Err(ConnectError::Unsafe(format!(
            "SQLite {version} has a bug that can corrupt the write-ahead log; 3.51.3 or newer is needed"
        )));
    }
    let journal: TextPragma =
        diesel::sql_query("SELECT journal_mode AS value FROM pragma_journal_mode").get_result(conn)?;
    if journal.value != "wal" {
        return Err(ConnectError::Unsafe(format!(
            "the database file is in journal mode `{}` and does not take write-ahead logging; is it on a network file system?",
            journal.value
        )));
    }
    for (name, wanted) in [("synchronous", 2), ("foreign_keys", 1), ("trusted_schema", 0)] {
        let sql = format!("SELECT {name} AS value FROM pragma_{name}");
        let found: NumberPragma = diesel::sql_query(sql).get_result(conn)?;
        if found.value != wanted {
            return Err(ConnectError::Unsafe(format!(
                "SQLite's setting {name} is {}, and must be {wanted}",
                found.value
            )));
        }
    }
    Ok(())
}

/// `3.51.3` as SQLite's own number 3051003.
fn version_number(text: &str) -> i32 {
    text.split('.')
        .chain(["0"; 3])
        .take(3)
        .fold(0, |number, part| number * 1000 + part.parse::<i32>().unwrap_or(0))
}

fn open_postgres(server: &PostgresUrl, purpose: Purpose) -> Result<PgConnection, ConnectError> {
    let mut conn = PgConnection::establish(&server.with_patience().to_connection_string())?;
    // `synchronous_commit` may be set off for a role or a database; an acknowledged write must be on the disk.
    // A network's pages are in memory or on a solid disk: priced as on a turning one, a page of somebody's cases
    // would be found by reading everybody's.
    conn.batch_execute(
        "SET synchronous_commit = on;
         SET timezone = 'UTC';
         SET random_page_cost = 1.1;
         SET statement_timeout = '30s';
         SET lock_timeout = '10s';
         SET idle_in_transaction_session_timeout = '30s';",
    )?;
    // One view of the data for a read; for writes, as if they had come one after another.
    conn.batch_execute(match purpose {
        Purpose::Read => {
            "SET default_transaction_isolation = 'repeatable read'; SET default_transaction_read_only = on"
        }
        Purpose::Write => "SET default_transaction_isolation = 'serializable'",
    })?;
    let fsync: TextPragma =
        diesel::sql_query("SELECT current_setting('fsync') AS value").get_result(&mut conn)?;
    if fsync.value != "on" {
        return Err(ConnectError::Unsafe(
            "PostgreSQL runs with fsync = off: a power failure would lose acknowledged writes".to_owned(),
        ));
    }
    Ok(conn)
}

#[cfg(test)]
mod tests {
    use diesel::prelude::*;

    use super::{TextPragma, version_number};

    /// Readers would wait for one another at each page; see `.cargo/config.toml`.
    #[test]
    fn sqlite_is_built_without_what_all_connections_share() {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        let options: Vec<TextPragma> =
            diesel::sql_query("SELECT compile_options AS value FROM pragma_compile_options")
                .load(&mut conn)
                .unwrap();
        let has = |name: &str| options.iter().any(|option| option.value == name);
        assert!(!has("ENABLE_MEMORY_MANAGEMENT"));
        assert!(has("DEFAULT_MEMSTATUS=0"));
        assert!(has("ENABLE_QPSG"));
    }

    #[test]
    fn versions_compare_as_sqlite_counts_them() {
        assert_eq!(version_number("3.51.3"), 3_051_003);
        assert!(version_number("3.9.2") < version_number("3.51.3"));
        assert_eq!(version_number("3.53"), 3_053_000);
    }
}
