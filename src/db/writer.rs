//! Group commit: one thread owns a connection and lets many requests share one durable commit.
//!
//! On SQLite every write and every event of a read goes through here; on PostgreSQL the events of
//! reads do. Each job runs in a savepoint: one that fails is rolled back alone. All are answered only
//! after the commit, so nothing acknowledged can be lost.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, TransactionManager as _};

use super::conn::{AnyConnection, ConnectError, Purpose, open};
use super::tx::first_position;
use super::url::DatabaseUrl;
use crate::error::{Code, Error, Result};

/// Jobs that may wait; one more is told to come again.
const QUEUE: usize = 1024;
/// Jobs in one commit.
const MOST_IN_BATCH: usize = 256;
/// A commit gathers for at most this share of the time a commit takes.
const GATHER_SHARE: f64 = 0.4;
/// And never longer than this.
const LONGEST_GATHER: Duration = Duration::from_millis(4);

/// One request's share of a commit.
pub(super) trait Job: Send {
    /// Does the work in the running transaction. `position` is where the next event goes.
    fn run(&mut self, conn: &mut AnyConnection, position: &mut Option<i64>);
    /// Tells the requester, after the commit or its failure.
    fn answer(self: Box<Self>, committed: Result<()>);
}

/// The way to the writing thread.
pub(super) struct Writer {
    queue: SyncSender<Box<dyn Job>>,
}

impl Writer {
    /// Opens the connection and starts the thread; it ends when the `Writer` is dropped.
    pub(super) fn start(url: &DatabaseUrl) -> Result<Self, ConnectError> {
        let conn = open(url, Purpose::Write)?;
        let (queue, jobs) = sync_channel(QUEUE);
        let url = url.clone();
        std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || Batches { url, conn: Some(conn), jobs, pace: Pace::new() }.run())
            .map_err(|error| {
                ConnectError::Unsafe(format!("the writing thread cannot be started: {error}"))
            })?;
        Ok(Self { queue })
    }

    /// Hands over a job, or says at once that the queue is full.
    pub(super) fn submit(&self, job: Box<dyn Job>) -> Result<()> {
        self.queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Error::overloaded(),
            TrySendError::Disconnected(_) => Error::internal(anyhow::anyhow!("the writing thread has ended")),
        })
    }
}

struct Batches {
    url: DatabaseUrl,
    conn: Option<AnyConnection>,
    jobs: Receiver<Box<dyn Job>>,
    pace: Pace,
}

impl Batches {
    fn run(mut self) {
        let mut batch = Vec::new();
        loop {
            if batch.is_empty() {
                let Ok(first) = self.jobs.recv() else { return };
                batch.push(first);
            }
            self.gather(&mut batch);
            let committed = self.commit(&mut batch);
            // What queued while the commit ran is the other half of the crowd: counted before the answers go out.
            let mut next = Vec::new();
            self.take_waiting(&mut next);
            self.pace.batch_ended(batch.len(), next.len());
            for job in batch {
                job.answer(match &committed {
                    Ok(()) => Ok(()),
                    Err(failure) => Err(failure.to_error()),
                });
            }
            batch = next;
        }
    }

    /// Takes what waits; then waits a little for those who were just answered and are on their way
    /// back. Without it two groups of clients alternate, each commit carrying half of them.
    fn gather(&mut self, batch: &mut Vec<Box<dyn Job>>) {
        self.take_waiting(batch);
        while batch.len() < self.pace.expected {
            match self.jobs.recv_timeout(self.pace.patience()) {
                Ok(job) => batch.push(job),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
    }

    fn take_waiting(&self, batch: &mut Vec<Box<dyn Job>>) {
        while batch.len() < MOST_IN_BATCH {
            match self.jobs.try_recv() {
                Ok(job) => batch.push(job),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
            }
        }
    }

    fn commit(&mut self, batch: &mut [Box<dyn Job>]) -> Result<(), Failure> {
        let mut conn = match self.conn.take() {
            Some(conn) => conn,
            None => {
                open(&self.url, Purpose::Write).map_err(|error| Failure::of(Code::Unavailable, &error))?
            }
        };
        match self.transact(&mut conn, batch) {
            Ok(()) => {
                self.conn = Some(conn);
                Ok(())
            }
            // The connection is dropped, which rolls back whatever the failure left open.
            Err(failure) => Err(failure),
        }
    }

    fn transact(&mut self, conn: &mut AnyConnection, batch: &mut [Box<dyn Job>]) -> Result<(), Failure> {
        begin(conn).map_err(Failure::database)?;
        let mut position = first_position(conn).map_err(|error| Failure::of(error.code(), &error))?;
        for job in batch {
            job.run(conn, &mut position);
            // A full disk can make SQLite roll back the whole transaction under a savepoint.
            if !in_transaction(conn) {
                return Err(Failure::of(Code::StorageFull, &"the database ended the transaction by itself"));
            }
        }
        let started = Instant::now();
        commit(conn).map_err(Failure::database)?;
        #[cfg(feature = "slow-commit")]
        super::slow_commit::delay();
        self.pace.commit_took(started.elapsed());
        Ok(())
    }
}

/// How long commits take and how many come together: what gathering is worth.
struct Pace {
    commit_seconds: f64,
    expected: usize,
    last_end: Instant,
}

impl Pace {
    fn new() -> Self {
        Self { commit_seconds: 0.0, expected: 1, last_end: Instant::now() }
    }

    fn commit_took(&mut self, time: Duration) {
        self.commit_seconds = 0.8 * self.commit_seconds + 0.2 * time.as_secs_f64();
    }

    /// Those just answered are expected back beside those that queued meanwhile. A client that is
    /// alone is expected alone, and so never waits.
    fn batch_ended(&mut self, answered: usize, queued: usize) {
        self.expected = (answered + queued).min(MOST_IN_BATCH);
        self.last_end = Instant::now();
    }

    /// What is left of the time to gather. It counts from the end of the last commit, so that whoever
    /// comes after a pause is served at once.
    fn patience(&self) -> Duration {
        let window = Duration::from_secs_f64(self.commit_seconds * GATHER_SHARE).min(LONGEST_GATHER);
        window.saturating_sub(self.last_end.elapsed())
    }
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
        let error = Error::from(error);
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

fn in_transaction(conn: &mut AnyConnection) -> bool {
    fn depth<C>(conn: &mut C) -> bool
    where
        C: diesel::connection::Connection<TransactionManager = AnsiTransactionManager>,
    {
        let status = AnsiTransactionManager::transaction_manager_status_mut(conn);
        status.transaction_depth().ok().flatten().is_some()
    }
    match conn {
        AnyConnection::Sqlite(conn) => depth(conn),
        AnyConnection::Postgres(conn) => depth(conn),
    }
}
