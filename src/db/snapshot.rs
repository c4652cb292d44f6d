//! One view of the whole database for as long as somebody reads it: for a backup.
//!
//! It stops no writer. What they leave behind cannot be taken away meanwhile: SQLite's log of changes grows, and
//! PostgreSQL keeps old rows.

use std::path::PathBuf;

use diesel::connection::SimpleConnection as _;

use super::conn::{AnyConnection, ConnectError, Purpose, open};
use super::sqlite_file::beside;
use super::url::DatabaseUrl;

/// The database at one moment, on a connection of its own.
pub(crate) struct Snapshot {
    conn: AnyConnection,
    changes: Option<PathBuf>,
}

impl Snapshot {
    /// The database as it is now.
    pub(crate) fn take(url: &DatabaseUrl) -> Result<Self, ConnectError> {
        let mut conn = open(url, Purpose::Read)?;
        match &mut conn {
            // The first read is the moment; BEGIN alone is none.
            AnyConnection::Sqlite(conn) => {
                conn.batch_execute("BEGIN; SELECT COUNT(*) FROM settings")?;
            }
            // Between two statements a slow disk is written to.
            AnyConnection::Postgres(conn) => {
                conn.batch_execute(
                    "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = '15min'",
                )?;
                conn.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
                conn.batch_execute("SELECT COUNT(*) FROM settings")?;
            }
        }
        let changes = match url {
            DatabaseUrl::Sqlite(file) => Some(beside(file.path(), "-wal")),
            DatabaseUrl::Postgres(_) => None,
        };
        Ok(Self { conn, changes })
    }

    /// The connection, for queries that only read.
    pub(crate) fn conn(&mut self) -> &mut AnyConnection {
        &mut self.conn
    }

    /// How large SQLite's log of changes is, which cannot begin anew before this is dropped.
    pub(crate) fn held_back(&self) -> u64 {
        let file = self.changes.as_ref().and_then(|path| std::fs::metadata(path).ok());
        file.map_or(0, |file| file.len())
    }
}
