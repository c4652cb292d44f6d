//! Group commit: one thread owns a connection and lets many requests share one durable commit.
//!
//! On SQLite every write and every event of a read goes through here; on PostgreSQL the events of
//! reads do. A job that fails is rolled back alone, in a savepoint of its own. All are answered only
//! after the commit, so nothing acknowledged can be lost.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager as _};

use super::checkpointer::Checkpointer;
use super::commit_failure;
use super::conn::{AnyConnection, ConnectError, Purpose, open};
use super::in_transaction;
use super::pace::Pace;
use super::tx::{append_all, first_position};
use super::url::DatabaseUrl;
use crate::audit::entry::NewEntry;
use crate::error::{Code, Error, Result};

/// Jobs that may wait; one more is told to come again.
const QUEUE: usize = 1024;
/// Jobs in one commit.
const MOST_IN_BATCH: usize = 256;

/// One request's share of a commit.
pub(super) trait Job: Send {
    /// Does the work in a savepoint of the running transaction, and keeps the outcome for the answer.
    /// `position` is where the next event goes. `Err` when the server failed and not the request: then nothing of
    /// it stays, and whoever runs the job puts the position back.
    fn run(&mut self, conn: &mut AnyConnection, position: &mut Option<i64>) -> Result<(), Code>;
    /// The entry that is all the job would append; none for a job that does more.
    fn entry(&self) -> Option<&NewEntry> {
        None
    }
    /// Its entry was appended with those of others, in place of [`Job::run`].
    fn appended(&mut self) {}
    /// Tells the requester, after the commit or its failure.
    fn answer(self: Box<Self>, committed: Result<()>);
}

/// A job in the queue, and since when.
struct Waiting {
    job: Box<dyn Job>,
    since: Instant,
}

impl From<Box<dyn Job>> for Waiting {
    fn from(job: Box<dyn Job>) -> Self {
        Self { job, since: Instant::now() }
    }
}

/// The way to the writing thread.
pub(super) struct Writer {
    queue: SyncSender<Waiting>,
}

impl Writer {
    /// Opens the connection and starts the thread; it ends when the `Writer` is dropped.
    pub(super) fn start(url: &DatabaseUrl) -> Result<Self, ConnectError> {
        let conn = open(url, Purpose::Write)?;
        let checkpointer = Checkpointer::start(url)?;
        let (queue, jobs) = sync_channel(QUEUE);
        let url = url.clone();
        std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || Batches::new(url, conn, checkpointer, jobs).run())
            .map_err(|error| {
                ConnectError::Unsafe(format!("the writing thread cannot be started: {error}"))
            })?;
        Ok(Self { queue })
    }

    /// Hands over a job, or says at once that the queue is full.
    pub(super) fn submit(&self, job: Box<dyn Job>) -> Result<()> {
        self.queue.try_send(job.into()).map_err(|error| match error {
            TrySendError::Full(_) => Error::overloaded(),
            TrySendError::Disconnected(_) => Error::internal(anyhow::anyhow!("the writing thread has ended")),
        })
    }
}

struct Batches {
    url: DatabaseUrl,
    conn: Option<AnyConnection>,
    checkpointer: Option<Checkpointer>,
    jobs: Receiver<Waiting>,
    pace: Pace,
    last_answers: Instant,
}

impl Batches {
    fn new(
        url: DatabaseUrl,
        conn: AnyConnection,
        checkpointer: Option<Checkpointer>,
        jobs: Receiver<Waiting>,
    ) -> Self {
        Self { url, conn: Some(conn), checkpointer, jobs, pace: Pace::new(), last_answers: Instant::now() }
    }

    fn run(mut self) {
        let mut batch = Vec::new();
        loop {
            if batch.is_empty() {
                let Ok(first) = self.jobs.recv() else { return };
                batch.push(first);
            }
            let committed = self.commit(&mut batch);
            // What queued while the commit ran is the other half of the crowd: counted before the answers go out.
            let mut next = Vec::new();
            self.take_waiting(&mut next);
            self.pace.batch_ended(batch.len(), next.len());
            self.last_answers = Instant::now();
            if let Some(checkpointer) = &mut self.checkpointer {
                checkpointer.committed(batch.len());
            }
            for waiting in batch {
                waiting.job.answer(match &committed {
                    Ok(()) => Ok(()),
                    Err(failure) => Err(failure.to_error()),
                });
            }
            batch = next;
        }
    }

    /// Takes what waits, else waits for who is on the way; false when it is time to commit.
    fn more(&self, batch: &mut Vec<Waiting>) -> bool {
        let before = batch.len();
        self.take_waiting(batch);
        if batch.len() == before && before < MOST_IN_BATCH {
            let patience = self.pace.patience(before, self.last_answers.elapsed());
            if !patience.is_zero() {
                batch.extend(self.jobs.recv_timeout(patience));
            }
        }
        batch.len() > before
    }

    /// Learns how close together those came who were not there at the last answers.
    fn learn(&mut self, batch: &[Waiting]) {
        let came = batch.iter().map(|waiting| waiting.since.saturating_duration_since(self.last_answers));
        let came: Vec<Duration> = came.filter(|after| !after.is_zero()).collect();
        let last = came.iter().max().copied().unwrap_or_default();
        self.pace.arrived(u32::try_from(came.len()).unwrap_or(u32::MAX), last);
    }

    fn take_waiting(&self, batch: &mut Vec<Waiting>) {
        while batch.len() < MOST_IN_BATCH {
            match self.jobs.try_recv() {
                Ok(waiting) => batch.push(waiting),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
            }
        }
    }

    fn commit(&mut self, batch: &mut Vec<Waiting>) -> Result<(), Failure> {
        let mut conn = self.begin()?;
        // After a failure the connection is dropped, which rolls back whatever was left open.
        self.transact(&mut conn, batch)?;
        self.conn = Some(conn);
        Ok(())
    }

    fn begin(&mut self) -> Result<AnyConnection, Failure> {
        if let Some(mut conn) = self.conn.take() {
            match begin(&mut conn).map_err(Failure::database) {
                Ok(()) => return Ok(conn),
                // The server was lost while nobody wrote: nothing is at stake, a new connection does as well.
                Err(failure) if failure.code == Code::Unavailable => {}
                Err(failure) => return Err(failure),
            }
        }
        let mut conn =
            open(&self.url, Purpose::Write).map_err(|error| Failure::of(Code::Unavailable, &error))?;
        begin(&mut conn).map_err(Failure::database)?;
        Ok(conn)
    }

    fn transact(&mut self, conn: &mut AnyConnection, batch: &mut Vec<Waiting>) -> Result<(), Failure> {
        let mut position = first_position(conn).map_err(|error| Failure::of(error.code(), &error))?;
        if matches!(conn, AnyConnection::Postgres(_)) {
            while self.more(batch) {}
            if !appended_together(conn, batch) {
                one_by_one(conn, batch, &mut position)?;
            }
        } else {
            // Each is worked for as it comes, so that waiting for more costs nothing while there is work.
            let mut done = 0;
            loop {
                one_by_one(conn, &mut batch[done..], &mut position)?;
                done = batch.len();
                if !self.more(batch) {
                    break;
                }
            }
        }
        self.learn(batch);
        let started = Instant::now();
        commit(conn).map_err(|error| Failure::told(&commit_failure(conn, error)))?;
        #[cfg(feature = "slow-commit")]
        super::slow_commit::delay();
        self.pace.commit_took(started.elapsed());
        Ok(())
    }
}

/// On PostgreSQL every statement is a round trip, so entries alone are appended by one. If that fails
/// nothing was done, and each is tried alone.
fn appended_together(conn: &mut AnyConnection, batch: &mut [Waiting]) -> bool {
    let Some(entries) = batch.iter().map(|waiting| waiting.job.entry().cloned()).collect() else {
        return false;
    };
    if in_transaction(conn, |conn| append_all(conn, entries, &mut None)).is_err() {
        return false;
    }
    for waiting in batch {
        waiting.job.appended();
    }
    true
}

/// Each job in a savepoint of its own.
fn one_by_one(
    conn: &mut AnyConnection,
    batch: &mut [Waiting],
    position: &mut Option<i64>,
) -> Result<(), Failure> {
    for Waiting { job, .. } in batch {
        let before = *position;
        match catch_unwind(AssertUnwindSafe(|| job.run(conn, position))) {
            Ok(Ok(())) => {}
            Ok(Err(code)) => {
                *position = before;
                still_open(conn, code)?;
            }
            // The others in this commit have nothing to do with it.
            Err(_) => {
                tracing::error!("a job of the writing thread panicked; it alone is rolled back");
                *position = before;
                leave_savepoints(conn).map_err(Failure::database)?;
                still_open(conn, Code::Internal)?;
            }
        }
    }
    Ok(())
}

/// Why no job of the batch was committed; told to each of them.
struct Failure {
    code: Code,
    cause: String,
}

impl Failure {
    fn of(code: Code, cause: &dyn std::fmt::Display) -> Self {
        Self { code, cause: cause.to_string() }
    }

    fn database(error: diesel::result::Error) -> Self {
        Self::told(&Error::from(error))
    }

    fn told(error: &Error) -> Self {
        let cause = error.cause().map_or_else(|| error.to_string(), ToString::to_string);
        Self { code: error.code(), cause }
    }

    fn to_error(&self) -> Error {
        Error::caused(self.code, anyhow::anyhow!("commit: {}", self.cause))
    }
}

fn begin(conn: &mut AnyConnection) -> diesel::QueryResult<()> {
    match conn {
        // Immediate: another process that writes is waited for here, not in the middle.
        AnyConnection::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE"),
        AnyConnection::Postgres(conn) => {
            AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN ISOLATION LEVEL READ COMMITTED")
        }
    }
}

fn commit(conn: &mut AnyConnection) -> diesel::QueryResult<()> {
    match conn {
        AnyConnection::Sqlite(conn) => AnsiTransactionManager::commit_transaction(conn),
        AnyConnection::Postgres(conn) => AnsiTransactionManager::commit_transaction(conn),
    }
}

/// How deep in savepoints the connection believes itself; 1 is the batch's own transaction.
fn depth(conn: &mut AnyConnection) -> diesel::QueryResult<u32> {
    let status = match conn {
        AnyConnection::Sqlite(conn) => AnsiTransactionManager::transaction_manager_status_mut(conn),
        AnyConnection::Postgres(conn) => AnsiTransactionManager::transaction_manager_status_mut(conn),
    };
    Ok(status.transaction_depth()?.map_or(0, std::num::NonZero::get))
}

/// Rolls back the savepoints that a panic left open.
fn leave_savepoints(conn: &mut AnyConnection) -> diesel::QueryResult<()> {
    while depth(conn)? > 1 {
        match conn {
            AnyConnection::Sqlite(conn) => AnsiTransactionManager::rollback_transaction(conn)?,
            AnyConnection::Postgres(conn) => AnsiTransactionManager::rollback_transaction(conn)?,
        }
    }
    Ok(())
}

/// Asks the database itself whether the batch's transaction still runs, after a job failed by `code`.
///
/// On a full disk SQLite ends the whole transaction under a savepoint, and nothing here would notice:
/// the next job's savepoint would be a transaction of its own, and be committed with its job told that
/// it failed.
fn still_open(conn: &mut AnyConnection, code: Code) -> Result<(), Failure> {
    let open = match conn {
        // Refused within a transaction, and only there.
        AnyConnection::Sqlite(conn) => conn.batch_execute("BEGIN").is_err(),
        // Refused by a transaction that has failed.
        AnyConnection::Postgres(conn) => conn.batch_execute("SELECT 1").is_ok(),
    };
    if open && depth(conn).is_ok_and(|depth| depth == 1) {
        return Ok(());
    }
    Err(Failure::of(code, &"the database ended the transaction by itself"))
}

#[cfg(test)]
mod tests;
