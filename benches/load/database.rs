//! The database under the server, beside the server: to fill it, and to count what is on the log.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::BigInt;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query};

/// A connection of the runner's own.
pub enum Store {
    /// The file that the server has open too, and the index of its write-ahead log.
    Sqlite(SqliteConnection, PathBuf),
    /// A server of its own.
    Postgres(PgConnection),
}

/// A place in the log: events behind it came later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(i64);

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

impl Store {
    /// Opens an existing database.
    pub fn open(url: &str) -> Result<Self> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(PgConnection::establish(url).context("PostgreSQL")?));
        }
        let mut conn = SqliteConnection::establish(url).context("SQLite")?;
        conn.batch_execute("PRAGMA busy_timeout = 30000; PRAGMA foreign_keys = ON;")?;
        Ok(Self::Sqlite(conn, format!("{url}-shm").into()))
    }

    /// Runs statements.
    pub fn run(&mut self, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite(conn, _) => conn.batch_execute(sql)?,
            Self::Postgres(conn) => conn.batch_execute(sql)?,
        }
        Ok(())
    }

    /// One number.
    pub fn number(&mut self, sql: &str) -> Result<i64> {
        let row: Number = match self {
            Self::Sqlite(conn, _) => sql_query(sql).get_result(conn)?,
            Self::Postgres(conn) => sql_query(sql).get_result(conn)?,
        };
        Ok(row.value)
    }

    /// Bytes, as a literal.
    pub fn bytes(&self, bytes: &[u8]) -> String {
        let mut hex = String::with_capacity(2 * bytes.len());
        for byte in bytes {
            hex.extend([byte >> 4, byte & 15].map(|half| char::from_digit(half.into(), 16).unwrap_or('0')));
        }
        match self {
            Self::Sqlite(..) => format!("X'{hex}'"),
            Self::Postgres(_) => format!("'\\x{hex}'::bytea"),
        }
    }

    /// How often something was committed since the file was made; it starts again at 2^32. SQLite counts that
    /// at the ninth byte of the index of its log (sqlite.org/walformat.html, 2.1). PostgreSQL tells later,
    /// and of reads too.
    pub fn commits(&self) -> Result<Option<u32>> {
        let Self::Sqlite(_, index) = self else { return Ok(None) };
        let bytes = std::fs::read(index).context("the index of the write-ahead log")?;
        let count = bytes.get(8..12).and_then(|bytes| bytes.try_into().ok());
        Ok(Some(u32::from_ne_bytes(count.context("the index of the write-ahead log is too short")?)))
    }

    /// The end of the log, once every event has its position.
    pub fn mark(&mut self) -> Result<Mark> {
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.number("SELECT count(*) AS value FROM audit_events WHERE position IS NULL")? > 0 {
            if Instant::now() > deadline {
                bail!("events are still without a position after 30 seconds");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(Mark(self.number("SELECT coalesce(max(position), -1) AS value FROM audit_events")?))
    }

    /// How many events of an action came after the mark.
    pub fn events_after(&mut self, mark: Mark, action: &str) -> Result<u64> {
        let Mark(position) = mark;
        let count = self.number(&format!(
            "SELECT count(*) AS value FROM audit_events \
             WHERE position > {position} AND action = '{action}' AND outcome = 'done'"
        ))?;
        Ok(u64::try_from(count)?)
    }
}
