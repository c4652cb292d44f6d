//! SQLite only: moves what was committed from the write-ahead log into the database, beside the thread that
//! writes.
//!
//! SQLite would do it within a commit, for whoever happens to be in that one: with 4,000 pages in the log, 64
//! clients waited 20 ms. A checkpoint by another connection holds nobody up. The log starts again from its
//! beginning at a commit that finds all of it moved and no reader in it; where that does not come about, SQLite
//! moves it within a commit after all, from 64 MiB on (`conn.rs`).

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::conn::{ConnectError, Purpose, open_sqlite};
use super::url::DatabaseUrl;

/// Jobs after which it is time. Each writes some ten pages.
const EVERY: usize = 256;
/// What came during one pass is moved by the next, which has less to do and so a better chance to move all.
const PASSES: usize = 4;

/// The way to wake the thread, which ends when this is dropped.
pub(super) struct Checkpointer {
    wake: SyncSender<()>,
    jobs: usize,
}

impl Checkpointer {
    /// None for PostgreSQL, which has a process of its own for this.
    pub(super) fn start(url: &DatabaseUrl) -> Result<Option<Self>, ConnectError> {
        let DatabaseUrl::Sqlite(path) = url else { return Ok(None) };
        let conn = open_sqlite(path, Purpose::Read)?;
        let (wake, woken) = sync_channel(1);
        std::thread::Builder::new().name("checkpointer".into()).spawn(move || run(conn, &woken)).map_err(
            |error| ConnectError::Unsafe(format!("the checkpointing thread cannot be started: {error}")),
        )?;
        Ok(Some(Self { wake, jobs: 0 }))
    }

    /// So many more jobs are in the log.
    pub(super) fn committed(&mut self, jobs: usize) {
        self.jobs += jobs;
        if self.jobs >= EVERY && self.wake.try_send(()).is_ok() {
            self.jobs = 0;
        }
    }
}

fn run(mut conn: SqliteConnection, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        for _ in 0..PASSES {
            match pass(&mut conn) {
                Ok(Pass { log, checkpointed }) if checkpointed < log => {}
                Ok(_) => break,
                // Nothing is lost: what is in the log is committed, and is moved later.
                Err(error) => {
                    tracing::warn!(%error, "the write-ahead log could not be moved into the database");
                    break;
                }
            }
        }
    }
}

/// Pages in the log, and how many of them are in the database.
#[derive(QueryableByName)]
struct Pass {
    #[diesel(sql_type = Integer)]
    log: i32,
    #[diesel(sql_type = Integer)]
    checkpointed: i32,
}

fn pass(conn: &mut SqliteConnection) -> QueryResult<Pass> {
    diesel::sql_query("PRAGMA wal_checkpoint(PASSIVE)").get_result(conn)
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection as _;

    use super::*;
    use crate::db::{conn::open, migrate};

    #[test]
    fn what_was_committed_comes_into_the_database_beside_an_open_writer() {
        let directory = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::parse(directory.path().join("w.db").to_str().unwrap(), false).unwrap();
        migrate::create_file(&url).unwrap();
        migrate::run(&url).unwrap();
        let mut writer = open(&url, Purpose::Write).unwrap();
        writer.batch_execute("INSERT INTO settings (name, value) VALUES ('probe', '-')").unwrap();
        let DatabaseUrl::Sqlite(path) = &url else { panic!("not a file") };
        let mut conn = open_sqlite(path, Purpose::Read).unwrap();
        let Pass { log, checkpointed } = pass(&mut conn).unwrap();
        assert!(log > 0);
        assert_eq!(log, checkpointed);
    }
}
