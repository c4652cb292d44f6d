//! The database: SQLite or PostgreSQL behind one code path.
//!
//! [`Db::read`] and [`Db::write`] are the two ways to the data. A read's event is committed before its
//! rows are handed out with the [`Receipt`] that opens them; a write and its event are one
//! commit. Only this folder may ask which database a connection is to.

mod advice;
mod checkpointer;
pub(crate) mod conn;
mod either;
mod follower;
pub(crate) mod idempotency;
mod jobs;
pub(crate) mod key_splits;
pub(crate) mod keyring_rows;
pub mod migrate;
mod pace;
mod pool;
mod postgres_url;
mod prepared_once;
mod raw_text;
mod relations;
pub(crate) mod restoring;
pub(crate) mod schema;
mod sequencer;
#[cfg(feature = "slow-commit")]
mod slow_commit;
mod snapshot;
pub mod sqlite_file;
pub(crate) mod standing;
mod tx;
pub mod types;
pub mod url;
mod wiper;
mod writer;

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use crate::access::{CaseId, Permission, Permit, Reach, UserId};
use crate::audit::checkpoint::store::CheckpointRow;
use crate::audit::copies::{Copies, CopyTarget};
use crate::audit::entry::{NewEntry, Origin};
use crate::audit::{Event, Outcome, Receipt, tree};
use crate::clock::Clock;
use crate::crypto::Keyring;
use crate::error::{Code, Error, Result};
use crate::http::Given;
use crate::readings::{self, ReadingBudget};
use conn::{ConnectError, Purpose};
pub(crate) use either::on_either;
pub(crate) use follower::LogFollower;
use jobs::{ReadEvent, StoreCheckpoint, Write};
use pool::Pool;
pub(crate) use prepared_once::PreparedOnce;
pub(crate) use raw_text::bytes_of;
pub(crate) use snapshot::Snapshot;
pub use tx::{Tx, WriteTx};
pub(crate) use tx::{changed_one, on_duplicate};
use url::DatabaseUrl;
use writer::Writer;

/// The backend that queries are built for.
pub(crate) type Backend = <conn::AnyConnection as diesel::Connection>::Backend;

/// What was read, and the proof that it is on the record.
pub struct Seen<T> {
    /// What the read returned; sealed values in it are still sealed.
    pub value: T,
    /// Opens them.
    pub receipt: Receipt,
}

/// The database.
pub struct Db {
    readers: Pool,
    /// For the log alone: a question that walks all of it holds no connection that a caseworker waits for.
    log_readers: Pool,
    /// For what is to be signed alone: neither caseworkers nor auditors keep the log from being signed.
    signing_reader: Pool,
    /// PostgreSQL runs writes side by side, serializable; SQLite has one writer.
    writers: Option<Pool>,
    recorder: Writer,
    sequencer: Option<sequencer::Sequencer>,
    copies: Option<Copies>,
    /// None while the server is sealed: then there is nobody whose answer could be kept.
    keyring: Option<Arc<Keyring>>,
    reading_budget: ReadingBudget,
    clock: Clock,
    url: DatabaseUrl,
}

/// How often a write is tried again on PostgreSQL when it met another one.
const MOST_TRIES: u32 = 150;

impl Db {
    /// Opens a migrated database.
    pub fn open(url: &DatabaseUrl, keyring: Arc<Keyring>, clock: Clock) -> Result<Self, ConnectError> {
        Self::start(url, Some(keyring), clock)
    }

    /// Opens it without any key: the log goes on while the server is sealed.
    pub(crate) fn open_sealed(url: &DatabaseUrl, clock: Clock) -> Result<Self, ConnectError> {
        Self::start(url, None, clock)
    }

    /// The same database, once the keys are there.
    pub(crate) fn with_keys(self, keyring: Arc<Keyring>) -> Self {
        Self { keyring: Some(keyring), ..self }
    }

    fn start(url: &DatabaseUrl, keyring: Option<Arc<Keyring>>, clock: Clock) -> Result<Self, ConnectError> {
        catch_up(url)?;
        let log_readers = Pool::new(url, Purpose::Read, 2)?;
        let signing_reader = Pool::new(url, Purpose::Read, 1)?;
        let (readers, writers, sequencer) = match url {
            DatabaseUrl::Sqlite(_) => (Pool::new(url, Purpose::Read, 4)?, None, None),
            DatabaseUrl::Postgres(_) => (
                Pool::new(url, Purpose::Read, 8)?,
                Some(Pool::new(url, Purpose::Write, 12)?),
                Some(sequencer::Sequencer::start(url)?),
            ),
        };
        Ok(Self {
            readers,
            log_readers,
            signing_reader,
            writers,
            recorder: Writer::start(url)?,
            sequencer,
            copies: None,
            keyring,
            reading_budget: ReadingBudget::default(),
            clock,
            url: url.clone(),
        })
    }

    /// Wipes what was deleted from the database's own files; false while somebody reads what was there before.
    pub(crate) async fn wipe(&self) -> Result<bool> {
        let url = self.url.clone();
        let wiped = tokio::task::spawn_blocking(move || wiper::wipe(&url)).await.map_err(Error::internal)?;
        wiped.map_err(Error::internal)
    }

    /// Copies the log elsewhere too; `sent` is a file of its own, for a target that cannot be asked how far it has come.
    pub fn copying(self, url: &DatabaseUrl, target: &CopyTarget, sent: &Path) -> anyhow::Result<Self> {
        let copies = Copies::start(target, sent, LogFollower::start(url)?)?;
        Ok(Self { copies: Some(copies), ..self })
    }

    /// Another reading budget than the usual one.
    #[must_use]
    pub fn with_reading_budget(self, reading_budget: ReadingBudget) -> Self {
        Self { reading_budget, ..self }
    }

    /// Of how many cases one user opens something sealed.
    pub(crate) fn reading_budget(&self) -> ReadingBudget {
        self.reading_budget
    }

    /// Reads, puts the event on the record durably, and only then hands out what was read.
    ///
    /// A refusal is put on the record too. `f` may run more than once. What opens something sealed of a case costs its
    /// reader's budget, unless the case counts already.
    pub async fn read<P, T, F>(&self, permit: Permit<P>, event: Event, f: F) -> Result<Seen<T>>
    where
        P: Permission,
        T: Send + 'static,
        F: Fn(&mut Tx<'_>, &Permit<P>) -> Result<T> + Send + 'static,
    {
        self.read_by(&self.readers, permit, event, f).await
    }

    /// The same for a question of the log, of which two are answered at a time; the others wait. All that was committed
    /// before has its position by then.
    pub(crate) async fn read_log<P, T, F>(&self, permit: Permit<P>, event: Event, f: F) -> Result<Seen<T>>
    where
        P: Permission,
        T: Send + 'static,
        F: Fn(&mut Tx<'_>, &Permit<P>) -> Result<T> + Send + 'static,
    {
        self.sequence_now().await?;
        self.read_log_as_it_is(permit, event, f).await
    }

    /// The same for a list, which is empty in an empty network.
    pub(crate) async fn list_log<P, T, F>(&self, permit: Permit<P>, event: Event, f: F) -> Result<T>
    where
        P: Permission,
        T: Default + Send + 'static,
        F: Fn(&mut Tx<'_>, &Permit<P>) -> Result<T> + Send + 'static,
    {
        if permit.reach() == Reach::Nothing {
            self.record(&event, &permit.origin(), self.clock.now(), Outcome::Done, None).await?;
            return Ok(T::default());
        }
        Ok(self.read_log(permit, event, f).await?.value)
    }

    /// The same, and gives nothing a position: for a look at whether somebody does.
    pub(crate) async fn read_log_as_it_is<P, T, F>(
        &self,
        permit: Permit<P>,
        event: Event,
        f: F,
    ) -> Result<Seen<T>>
    where
        P: Permission,
        T: Send + 'static,
        F: Fn(&mut Tx<'_>, &Permit<P>) -> Result<T> + Send + 'static,
    {
        if permit.reach() == Reach::Nothing {
            self.record_refusal(event, permit.origin(), Code::NotFound).await?;
            return Err(Error::not_found().mark_recorded());
        }
        self.read_by(&self.log_readers, permit, event, f).await
    }

    async fn read_by<P, T, F>(&self, readers: &Pool, permit: Permit<P>, event: Event, f: F) -> Result<Seen<T>>
    where
        P: Permission,
        T: Send + 'static,
        F: Fn(&mut Tx<'_>, &Permit<P>) -> Result<T> + Send + 'static,
    {
        let now = self.clock.now();
        let origin = permit.origin();
        let planned = event.clone();
        let reader = permit.user().map(|user| (user, permit.for_a_part()));
        let user = reader.as_ref().map(|(user, _)| *user);
        let (outcome, event) = readers
            .run(move |conn| {
                let mut seen = event;
                let outcome = in_transaction(conn, |conn| {
                    let mut tx = Tx::new(conn, now, planned.clone());
                    let value = f(&mut tx, &permit);
                    // As the event is in the end: a handler that says so late pays too.
                    let opened = user.zip(tx.event.case()).filter(|_| tx.event.may_open());
                    let cost = match opened {
                        Some((user, case)) if value.is_ok() && readings::costs(&mut tx, user, case)? => {
                            Some(case)
                        }
                        _ => None,
                    };
                    // A refusal too names the case, where it was found before the group was withheld.
                    seen = tx.event;
                    value.map(|value| (value, cost))
                });
                Ok((outcome, seen))
            })
            .await?;
        match outcome {
            Ok((value, cost)) => {
                let receipt = event.receipt();
                match reader.zip(cost) {
                    None => self.record(&event, &origin, now, Outcome::Done, None).await?,
                    Some(((user, permit), case)) => self.spend(permit, event, (user, case)).await?,
                }
                Ok(Seen { value, receipt })
            }
            Err(error) => match jobs::recorded_as(&error, &event) {
                None => Err(error),
                Some(outcome) => {
                    self.record(&event, &origin, now, outcome, Some(error.code())).await?;
                    Err(error.mark_recorded())
                }
            },
        }
    }

    /// Writes; the change, its event and the answer kept for an idempotency key are one commit.
    /// When the key was answered before, nothing is written but the event, and that answer is given.
    ///
    /// On PostgreSQL the transaction is serializable and is run again when it met another, so `f` may
    /// run more than once, and concurrent requests end as if they had come one after another.
    pub async fn write<P, T, F>(&self, permit: Permit<P>, event: Event, f: F) -> Result<Given<T>>
    where
        P: Permission,
        T: Serialize + Send + 'static,
        F: Fn(&mut WriteTx<'_>, &Permit<P>) -> Result<T> + Send + 'static,
    {
        self.run_write(permit, event, (None, f)).await
    }

    /// The same for what names no case, so that a kept answer does not say whose it is: `within` finds it again first, and
    /// a repeat is answered only to whoever reaches it still.
    pub(crate) async fn write_within<P, T, R, W, F>(
        &self,
        permit: Permit<P>,
        event: Event,
        within: W,
        f: F,
    ) -> Result<Given<T>>
    where
        P: Permission,
        T: Serialize + Send + 'static,
        W: Fn(&mut WriteTx<'_>, &Permit<P>) -> Result<R> + Send + 'static,
        F: Fn(&mut WriteTx<'_>, &Permit<P>) -> Result<T> + Send + 'static,
    {
        let within: jobs::Within<P> = Box::new(move |tx, permit| within(tx, permit).map(drop));
        self.run_write(permit, event, (Some(within), f)).await
    }

    async fn run_write<P, T, F>(
        &self,
        permit: Permit<P>,
        event: Event,
        f: (Option<jobs::Within<P>>, F),
    ) -> Result<Given<T>>
    where
        P: Permission,
        T: Serialize + Send + 'static,
        F: Fn(&mut WriteTx<'_>, &Permit<P>) -> Result<T> + Send + 'static,
    {
        if permit.reach() == Reach::Nothing {
            // In an empty network there is nothing to write to either.
            self.record_refusal(event, permit.origin(), Code::NotFound).await?;
            return Err(Error::not_found().mark_recorded());
        }
        let write = Write::new(permit, event, f, self.keyring.clone(), self.clock.clone());
        let done = match &self.writers {
            None => {
                let (job, answer) = write.into_job();
                self.recorder.submit(job)?;
                answer.await.map_err(Error::internal)?
            }
            Some(writers) => {
                let done = writers.run(move |conn| Ok(write.run_alone(conn, MOST_TRIES))).await?;
                self.poke_sequencer();
                done
            }
        };
        self.copied().await?;
        done
    }

    /// Puts a read on the record in one commit with its cost, or refuses it.
    async fn spend<P: Permission>(
        &self,
        permit: Permit<P>,
        event: Event,
        (user, case): (UserId, CaseId),
    ) -> Result<()> {
        let budget = self.reading_budget;
        let spent = self.write(permit, event, move |tx, _| readings::spend(tx, user, case, budget)).await;
        if let Err(error) = &spent
            && error.code() == Code::ReadingBudgetSpent
            && let Err(failure) = Box::pin(readings::tell_coordinators(self, user)).await
        {
            tracing::error!(?failure, "nobody could be told that a user waits to read more");
        }
        spent.map(drop)
    }

    /// Puts an event on the record that is neither a read nor a write: a refusal, a failed login.
    pub(crate) async fn record_refusal(&self, event: Event, origin: Origin, code: Code) -> Result<()> {
        self.record(&event, &origin, self.clock.now(), Outcome::Refused, Some(code)).await
    }

    /// The outcome, once it is on the record: every failure after a secret was looked at, or something sealed was opened, is
    /// an entry, whatever it failed by, since its answer may tell something of it. What was done has its own.
    pub(crate) async fn recorded<T>(&self, event: Event, origin: Origin, outcome: Result<T>) -> Result<T> {
        if let Err(error) = &outcome
            && !error.is_recorded()
        {
            self.record_failure(event, origin, error.code()).await?;
        }
        outcome
    }

    /// Puts a failed attempt on the record.
    pub(crate) async fn record_failure(&self, event: Event, origin: Origin, code: Code) -> Result<()> {
        self.record(&event, &origin, self.clock.now(), Outcome::Failed, Some(code)).await
    }

    /// Reads without an entry, for `reason`, what is shown to nobody or belongs to no case: who a token stands for, whether
    /// the database answers; for the operator at the machine the log itself and the ciphertexts of sealed values, which
    /// it does not open.
    pub(crate) async fn unrecorded<T, F>(&self, reason: &'static str, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.unrecorded_by(&self.readers, reason, f).await
    }

    /// Reads what of the log is to be signed, at once, whoever else reads.
    pub(crate) async fn read_to_sign<T, F>(&self, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.unrecorded_by(&self.signing_reader, "what of the log is to be signed", f).await
    }

    async fn unrecorded_by<T, F>(&self, readers: &Pool, reason: &'static str, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let now = self.clock.now();
        tracing::trace!(reason, "unrecorded read");
        readers
            .run(move |conn| f(&mut Tx::new(conn, now, Event::new(crate::audit::Action::SystemMaintain))))
            .await
    }

    /// On PostgreSQL, gives positions to all events committed so far; on SQLite they have them.
    pub(crate) async fn sequence_now(&self) -> Result<()> {
        match &self.writers {
            Some(writers) => writers.run(sequencer::sequence_all).await,
            None => Ok(()),
        }
    }

    /// Puts a signed checkpoint beside the log. The one write that leaves no entry: with one, the log would
    /// never be as its newest checkpoint says.
    pub(crate) async fn store_checkpoint(&self, row: CheckpointRow) -> Result<()> {
        let (job, answer) = StoreCheckpoint::pending(row);
        self.recorder.submit(job)?;
        answer.await.map_err(Error::internal)?
    }

    async fn record(
        &self,
        event: &Event,
        origin: &Origin,
        at: types::Timestamp,
        outcome: Outcome,
        code: Option<Code>,
    ) -> Result<()> {
        let text = event.text().filter(|_| outcome == Outcome::Done).cloned();
        let (job, answer) = ReadEvent::pending(NewEntry::new(event, origin, at, outcome, code)?, text);
        self.recorder.submit(job)?;
        answer.await.map_err(Error::internal)??;
        self.poke_sequencer();
        self.copied().await
    }

    /// What was just put on the record is copied elsewhere, where that is configured.
    async fn copied(&self) -> Result<()> {
        match &self.copies {
            Some(copies) => copies.follow().await,
            None => Ok(()),
        }
    }

    fn poke_sequencer(&self) {
        if let Some(sequencer) = &self.sequencer {
            sequencer.poke();
        }
    }
}

/// The log may be older than its tree.
fn catch_up(url: &DatabaseUrl) -> Result<(), ConnectError> {
    let mut conn = conn::open(url, Purpose::Write)?;
    let caught_up = in_transaction(&mut conn, |conn| {
        if matches!(conn, conn::AnyConnection::Postgres(_)) {
            sequencer::take_turn(conn)?;
        }
        tree::catch_up(conn)
    });
    caught_up
        .map_err(|error| ConnectError::Unsafe(format!("the tree over the log cannot be made: {error:?}")))
}

/// One transaction, or a savepoint within one.
///
/// A commit during which the server was lost may have been made or not, and is told as that.
#[expect(clippy::disallowed_methods, reason = "this is the door that others must use")]
fn in_transaction<T>(
    conn: &mut conn::AnyConnection,
    f: impl FnOnce(&mut conn::AnyConnection) -> Result<T>,
) -> Result<T> {
    let (mut begun, mut failed) = (false, None);
    let outcome = diesel::Connection::transaction(conn, |conn| {
        begun = true;
        f(conn).map_err(|error| {
            failed = Some(error);
            diesel::result::Error::RollbackTransaction
        })
    });
    outcome.map_err(|error| match failed {
        Some(failure) if error == diesel::result::Error::RollbackTransaction => failure,
        Some(failure) => rollback_failure(conn, failure, error),
        None if begun => commit_failure(conn, error),
        None => error.into(),
    })
}

/// What a failed rollback is told as: a failure of ours, whatever the client may have done. A failure of ours
/// that came before is told as it was: on a full disk SQLite has ended the transaction by itself, and "no such
/// savepoint" would hide why.
///
/// What is left of a savepoint must not be committed with the transaction around it, so that is ended. PostgreSQL
/// has done so by itself.
fn rollback_failure(
    conn: &mut conn::AnyConnection,
    failure: Error,
    rollback: diesel::result::Error,
) -> Error {
    if let conn::AnyConnection::Sqlite(conn) = conn {
        let _ended_already = diesel::connection::SimpleConnection::batch_execute(conn, "ROLLBACK");
    }
    if failure.code().status().is_server_error() { failure } else { rollback.into() }
}

/// What a failed commit is told as. SQLite has not made it; of a PostgreSQL that was lost nobody knows.
fn commit_failure(conn: &conn::AnyConnection, error: diesel::result::Error) -> Error {
    let error = Error::from(error);
    match (conn, error.code()) {
        (conn::AnyConnection::Postgres(_), Code::Unavailable) => {
            Error::caused(Code::OutcomeUnknown, anyhow::anyhow!("commit: {error:?}"))
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests;
