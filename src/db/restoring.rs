//! A new database that is filled from a backup, and is there whole or not at all.
//!
//! SQLite: another file beside the one that it is to be, which gets its name at the end. PostgreSQL: one transaction,
//! with the making of the tables in it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection as _;
use diesel::connection::TransactionManager;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::conn::{AnyConnection, ConnectError, Purpose, open};
use super::migrate::{self, MigrateError};
use super::sequencer;
use super::sqlite_file::{self, FileError, files, parent};
use super::tx::{Tx, WriteTx};
use super::types::Timestamp;
use super::url::{DatabaseUrl, SqlitePath};
use crate::access::{Permission, Permit};
use crate::audit::{Event, log};
use crate::error::{Error, Result};

/// Behind the name of the file until it is whole.
const UNFINISHED: &str = ".restoring";

/// Why nothing can be restored there.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// There is a file already.
    #[error(
        "{} is there already: a backup is restored only where there is no database. Nothing was changed. Move what is \
         there away, with its -wal and -shm, or name another place with --data or DATABASE_URL", .0.display()
    )]
    Exists(PathBuf),
    /// There are tables already.
    #[error(
        "the PostgreSQL database is not empty: a backup is restored only into an empty one. Nothing was changed. Make a \
         new one with CREATE DATABASE and name it in DATABASE_URL"
    )]
    NotEmpty,
    /// Somebody else does the same.
    #[error("another restore is filling {} at this moment", .0.display())]
    Busy(PathBuf),
    /// The directory.
    #[error(transparent)]
    Directory(#[from] FileError),
    /// The tables.
    #[error(transparent)]
    Schema(#[from] MigrateError),
    /// The database.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The disk.
    #[error("{} cannot be written: {cause}", path.display())]
    Write {
        /// What.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The database failed.
    #[error("the database failed: {0:?}")]
    Failed(Error),
}

impl From<Error> for TargetError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// A database that nobody sees yet.
pub(crate) struct NewDatabase {
    /// None once it is closed.
    conn: Option<AnyConnection>,
    file: Option<NewFile>,
}

/// The file while it has another name.
struct NewFile {
    path: PathBuf,
    unfinished: PathBuf,
    /// Of the directory: one restore at a time.
    _lock: File,
}

impl NewDatabase {
    /// Whether one can be made there; writes nothing.
    pub(crate) fn look(url: &DatabaseUrl) -> Result<(), TargetError> {
        match url {
            DatabaseUrl::Sqlite(file) => look_at_file(file.path()),
            DatabaseUrl::Postgres(_) => refuse_tables(&mut open(url, Purpose::Read)?),
        }
    }

    /// Makes it, with its tables.
    pub(crate) fn begin(url: &DatabaseUrl) -> Result<Self, TargetError> {
        match url {
            DatabaseUrl::Sqlite(file) => Self::in_file(file),
            DatabaseUrl::Postgres(_) => Self::in_transaction(url),
        }
    }

    fn in_file(target: &SqlitePath) -> Result<Self, TargetError> {
        let path = target.path();
        private_directory(parent(path))?;
        look_at_file(path)?;
        let lock = lock(parent(path))?;
        let unfinished = target.beside(UNFINISHED);
        // What is left of one that was broken off: nobody else is at work.
        remove(unfinished.path());
        let url = DatabaseUrl::Sqlite(unfinished.clone());
        migrate::create_file(&url)?;
        let file = NewFile { path: path.to_owned(), unfinished: unfinished.path().to_owned(), _lock: lock };
        let mut new = Self { conn: None, file: Some(file) };
        migrate::run(&url)?;
        let mut conn = open(&url, Purpose::Write)?;
        if let AnyConnection::Sqlite(conn) = &mut conn {
            // Made durable as a whole, at the end.
            conn.batch_execute("PRAGMA synchronous = OFF").map_err(ConnectError::from)?;
        }
        new.conn = Some(conn);
        Ok(new)
    }

    fn in_transaction(url: &DatabaseUrl) -> Result<Self, TargetError> {
        let mut any = open(url, Purpose::Write)?;
        if let AnyConnection::Postgres(conn) = &mut any {
            let begun = conn
                .batch_execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
                .and_then(|()| <PgConnection as Connection>::TransactionManager::begin_transaction(conn));
            begun.map_err(ConnectError::from)?;
        }
        sequencer::take_turn(&mut any)?;
        refuse_tables(&mut any)?;
        migrate::run_within(&mut any)?;
        Ok(Self { conn: Some(any), file: None })
    }

    /// The connection, for whoever fills it.
    pub(crate) fn conn(&mut self) -> Result<&mut AnyConnection> {
        self.conn.as_mut().ok_or_else(|| Error::internal(anyhow::anyhow!("the new database is closed")))
    }

    /// Does something in the database that it was filled with, and puts it at the end of its log.
    pub(crate) fn write<P: Permission>(
        &mut self,
        permit: &Permit<P>,
        event: Event,
        now: Timestamp,
        work: impl FnOnce(&mut WriteTx<'_>) -> Result<()>,
    ) -> Result<()> {
        let conn = self.conn()?;
        let (mut position, origin) = (Some(log::size(conn)?), permit.origin());
        let mut tx = WriteTx::new(Tx::new(conn, now, event), &origin, &mut position);
        work(&mut tx)?;
        tx.finish()
    }

    /// Makes it durable, and gives it its place.
    pub(crate) fn finish(mut self) -> Result<(), TargetError> {
        match self.conn.take() {
            Some(AnyConnection::Postgres(mut conn)) => {
                <PgConnection as Connection>::TransactionManager::commit_transaction(&mut conn)
                    .map_err(ConnectError::from)?;
            }
            Some(AnyConnection::Sqlite(mut conn)) => {
                conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)").map_err(ConnectError::from)?;
            }
            None => {}
        }
        let Some(file) = &self.file else { return Ok(()) };
        let at = |cause| TargetError::Write { path: file.path.clone(), cause };
        File::open(&file.unfinished).and_then(|whole| whole.sync_all()).map_err(at)?;
        look_at_file(&file.path)?;
        fs::rename(&file.unfinished, &file.path).map_err(at)?;
        File::open(parent(&file.path)).and_then(|directory| directory.sync_all()).map_err(at)
    }
}

/// What was not finished is taken away; PostgreSQL does so by itself.
impl Drop for NewDatabase {
    fn drop(&mut self) {
        self.conn = None;
        if let Some(file) = &self.file {
            remove(&file.unfinished);
        }
    }
}

fn look_at_file(path: &Path) -> Result<(), TargetError> {
    // One that is not there is made, private.
    if parent(path).exists() {
        sqlite_file::look_at_directory(parent(path))?;
    }
    match files(path).into_iter().find(|file| fs::symlink_metadata(file).is_ok()) {
        Some(there) => Err(TargetError::Exists(there)),
        None => Ok(()),
    }
}

fn private_directory(path: &Path) -> Result<(), TargetError> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|cause| TargetError::Write { path: path.to_owned(), cause })
}

fn lock(directory: &Path) -> Result<File, TargetError> {
    let at = |cause| TargetError::Write { path: directory.to_owned(), cause };
    let lock = File::open(directory).map_err(at)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(TargetError::Busy(directory.to_owned())),
        Err(TryLockError::Error(cause)) => Err(at(cause)),
    }
}

fn remove(database: &Path) {
    for file in files(database).iter().rev() {
        drop(fs::remove_file(file));
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// What is in the schema.
const RELATIONS: &str =
    "SELECT COUNT(*) AS count FROM pg_class WHERE relnamespace = current_schema()::regnamespace
     AND relkind IN ('r', 'p', 'v', 'm', 'f')";
/// Rows of tables that no network is without.
const ROWS: &str = "SELECT (SELECT COUNT(*) FROM settings) + (SELECT COUNT(*) FROM users) +
     (SELECT COUNT(*) FROM audit_events) AS count";

/// Tables that `migrate` has made and nobody has put anything into are as good as none.
fn refuse_tables(conn: &mut AnyConnection) -> Result<(), TargetError> {
    let mut count = |sql: &str| {
        diesel::sql_query(sql).get_result::<Count>(conn).map(|row| row.count).map_err(ConnectError::from)
    };
    let all = count(RELATIONS)?;
    if all == 0 {
        return Ok(());
    }
    let migrated = count(&format!("{RELATIONS} AND relname = '__diesel_schema_migrations'"))? == 1;
    let networks = if migrated && count(&format!("{RELATIONS} AND relname = 'settings'"))? == 1 {
        count(ROWS)?
    } else {
        all
    };
    if networks == 0 { Ok(()) } else { Err(TargetError::NotEmpty) }
}
