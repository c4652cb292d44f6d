//! What ends in a commit: a write with its event, the event of a read or of a refusal, and a checkpoint, which has none.

use std::sync::Arc;
use std::time::Duration;

use diesel::result::{DatabaseErrorKind, Error as DbError};
use serde::Serialize;
use tokio::sync::oneshot;

use super::conn::AnyConnection;
use super::idempotency;
use super::in_transaction;
use super::standing;
use super::tx::{Tx, WriteTx, append, append_alone};
use super::writer::Job;
use crate::access::{Permission, Permit};
use crate::audit::checkpoint::store::{self, CheckpointRow};
use crate::audit::entry::{NewEntry, Origin};
use crate::audit::text::{self, SealedText};
use crate::audit::{Event, Outcome};
use crate::clock::Clock;
use crate::crypto::Keyring;
use crate::error::{Code, Error, Result};
use crate::http::Given;

/// A job and where its answer will come.
pub(super) type Pending<T> = (Box<dyn Job>, oneshot::Receiver<Result<T>>);

/// Asks first whether what a repeat would be answered is within reach still.
pub(super) type Within<P> = Box<dyn Fn(&mut WriteTx<'_>, &Permit<P>) -> Result<()> + Send>;

/// A write before it is run.
pub(super) struct Write<P, F> {
    permit: Permit<P>,
    event: Event,
    within: Option<Within<P>>,
    f: F,
    keyring: Option<Arc<Keyring>>,
    clock: Clock,
}

impl<P, F> Write<P, F>
where
    P: Permission,
{
    pub(super) fn new(
        permit: Permit<P>,
        event: Event,
        (within, f): (Option<Within<P>>, F),
        keyring: Option<Arc<Keyring>>,
        clock: Clock,
    ) -> Self {
        Self { permit, event, within, f, keyring, clock }
    }

    /// For the group commit.
    pub(super) fn into_job<T>(self) -> Pending<Given<T>>
    where
        T: Serialize + Send + 'static,
        F: Fn(&mut WriteTx<'_>, &Permit<P>) -> Result<T> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        (Box::new(WriteJob { write: self, sender, outcome: None }), receiver)
    }

    /// In a transaction of its own, again while it meets others.
    pub(super) fn run_alone<T>(self, conn: &mut AnyConnection, most_tries: u32) -> Result<Given<T>>
    where
        T: Serialize,
        F: Fn(&mut WriteTx<'_>, &Permit<P>) -> Result<T>,
    {
        for attempt in 1.. {
            let (mut refusal, mut origin) = (self.event.clone(), self.permit.origin());
            // Before the transaction: what it reads would only make the serializable one meet more others, and a
            // suspension that comes in between is one that came after.
            let renewed = self.renewed(conn);
            let outcome = renewed.and_then(|renewed| {
                let permit = renewed.as_ref().unwrap_or(&self.permit);
                origin = permit.origin();
                in_transaction(conn, |conn| self.attempt(conn, permit, &mut None, &mut refusal))
            });
            match outcome {
                Err(error) if meets_another(&error) => {
                    if attempt == most_tries {
                        return Err(Error::caused(
                            Code::Overloaded,
                            anyhow::anyhow!("still in conflict: {error:?}"),
                        ));
                    }
                    std::thread::sleep(pause(attempt));
                }
                Err(error) => return self.refuse(conn, &mut None, (&refusal, &origin), error),
                Ok(value) => return Ok(value),
            }
        }
        Err(Error::overloaded())
    }

    fn renewed(&self, conn: &mut AnyConnection) -> Result<Option<Permit<P>>> {
        standing::renewed(&mut Tx::new(conn, self.clock.now(), self.event.clone()), &self.permit)
    }

    /// `refusal` is the event that a refusal leaves. Of what the closure found it takes the case and
    /// nothing more: all else that it noted is of a change that was rolled back.
    fn attempt<T>(
        &self,
        conn: &mut AnyConnection,
        permit: &Permit<P>,
        position: &mut Option<i64>,
        refusal: &mut Event,
    ) -> Result<Given<T>>
    where
        T: Serialize,
        F: Fn(&mut WriteTx<'_>, &Permit<P>) -> Result<T>,
    {
        // Of the permit as it is now: the role on the log is the one that was used.
        let origin = permit.origin();
        let mut tx = WriteTx::new(Tx::new(conn, self.clock.now(), self.event.clone()), &origin, position);
        if let Some(within) = &self.within {
            within(&mut tx, permit)?;
        }
        let once = permit.user().zip(permit.idempotency());
        if let Some((user, key)) = once
            && let Some(kept) = idempotency::kept(&mut tx, user, key)?
        {
            // It is seen once more, and so it is on the record once more, under the case it tells of.
            for event in [&mut tx.event, &mut *refusal] {
                event.repeats();
                if let Some(case) = kept.case {
                    event.set_case(case);
                }
            }
            let answer = kept.again(&mut tx, permit, self.keyring()?, (user, key))?;
            tx.finish()?;
            return Ok(Given::Before(answer));
        }
        let value = (self.f)(&mut tx, permit);
        if let Some(case) = tx.event.case() {
            refusal.set_case(case);
        }
        let value = value?;
        if let Some((user, key)) = once {
            idempotency::keep(&mut tx, self.keyring()?, user, key, &value)?;
        }
        tx.finish()?;
        Ok(Given::Now(value))
    }

    fn keyring(&self) -> Result<&Keyring> {
        let sealed = || Error::internal(anyhow::anyhow!("a sealed server keeps nobody's answer"));
        self.keyring.as_deref().ok_or_else(sealed)
    }

    /// Puts a refusal on the record, outside the transaction that it ended.
    fn refuse<T>(
        &self,
        conn: &mut AnyConnection,
        position: &mut Option<i64>,
        (refusal, origin): (&Event, &Origin),
        error: Error,
    ) -> Result<T> {
        let Some(outcome) = recorded_as(&error, refusal) else { return Err(error) };
        let now = self.clock.now();
        let mut entry = NewEntry::new(refusal, origin, now, outcome, Some(error.code()))?;
        in_transaction(conn, |conn| append(conn, &mut entry, position))?;
        Err(error.mark_recorded())
    }
}

struct WriteJob<P, F, T> {
    write: Write<P, F>,
    sender: oneshot::Sender<Result<Given<T>>>,
    outcome: Option<Result<Given<T>>>,
}

impl<P, F, T> Job for WriteJob<P, F, T>
where
    P: Permission,
    T: Serialize + Send + 'static,
    F: Fn(&mut WriteTx<'_>, &Permit<P>) -> Result<T> + Send + 'static,
{
    fn run(&mut self, conn: &mut AnyConnection, position: &mut Option<i64>) -> Result<(), Code> {
        let before = *position;
        let (mut refusal, mut origin) = (self.write.event.clone(), self.write.permit.origin());
        let outcome = in_transaction(conn, |conn| {
            let renewed = self.write.renewed(conn)?;
            let permit = renewed.as_ref().unwrap_or(&self.write.permit);
            origin = permit.origin();
            self.write.attempt(conn, permit, position, &mut refusal)
        });
        let outcome = outcome.or_else(|error| {
            *position = before;
            self.write.refuse(conn, position, (&refusal, &origin), error)
        });
        let fault = outcome.as_ref().err().map_or(Ok(()), our_fault);
        self.outcome = Some(outcome);
        fault
    }

    fn answer(self: Box<Self>, committed: Result<()>) {
        let outcome = self.outcome.unwrap_or_else(did_not_run);
        // The requester may have gone away; what was committed stays.
        drop(self.sender.send(match committed {
            Ok(()) => outcome,
            Err(failure) => Err(failure),
        }));
    }
}

/// The entry of a read, or of a refusal.
pub(super) struct ReadEvent {
    entry: NewEntry,
    text: Option<SealedText>,
    sender: oneshot::Sender<Result<()>>,
    outcome: Option<Result<()>>,
}

impl ReadEvent {
    /// With what is kept sealed beside it, if there is anything.
    pub(super) fn pending(entry: NewEntry, text: Option<SealedText>) -> Pending<()> {
        let (sender, receiver) = oneshot::channel();
        (Box::new(Self { entry, text, sender, outcome: None }), receiver)
    }
}

impl Job for ReadEvent {
    fn run(&mut self, conn: &mut AnyConnection, position: &mut Option<i64>) -> Result<(), Code> {
        let outcome = match &self.text {
            None => append_alone(conn, &mut self.entry, position),
            Some(text) => with_text(conn, &mut self.entry, text, position),
        };
        let fault = outcome.as_ref().err().map_or(Ok(()), our_fault);
        self.outcome = Some(outcome);
        fault
    }

    fn entry(&self) -> Option<&NewEntry> {
        self.text.is_none().then_some(&self.entry)
    }

    fn appended(&mut self) {
        self.outcome = Some(Ok(()));
    }

    fn answer(self: Box<Self>, committed: Result<()>) {
        let outcome = self.outcome.unwrap_or_else(did_not_run);
        drop(self.sender.send(committed.and(outcome)));
    }
}

/// Both or neither.
fn with_text(
    conn: &mut AnyConnection,
    entry: &mut NewEntry,
    text: &SealedText,
    position: &mut Option<i64>,
) -> Result<()> {
    let before = *position;
    let done = in_transaction(conn, |conn| {
        text::insert(conn, text)?;
        append(conn, entry, position)
    });
    if done.is_err() {
        *position = before;
    }
    done
}

/// A checkpoint of the log: the one row that is written without an entry, which it would make stale.
pub(super) struct StoreCheckpoint {
    row: CheckpointRow,
    sender: oneshot::Sender<Result<()>>,
    outcome: Option<Result<()>>,
}

impl StoreCheckpoint {
    pub(super) fn pending(row: CheckpointRow) -> Pending<()> {
        let (sender, receiver) = oneshot::channel();
        (Box::new(Self { row, sender, outcome: None }), receiver)
    }
}

impl Job for StoreCheckpoint {
    fn run(&mut self, conn: &mut AnyConnection, _: &mut Option<i64>) -> Result<(), Code> {
        let mut store = || in_transaction(conn, |conn| store::insert(conn, &self.row));
        // On PostgreSQL another server may store the same between a look and the insert; the next look finds it.
        let outcome = match store() {
            Err(error) if is_there_already(&error) => store(),
            outcome => outcome,
        };
        let fault = outcome.as_ref().err().map_or(Ok(()), our_fault);
        self.outcome = Some(outcome);
        fault
    }

    fn answer(self: Box<Self>, committed: Result<()>) {
        let outcome = self.outcome.unwrap_or_else(did_not_run);
        drop(self.sender.send(committed.and(outcome)));
    }
}

fn did_not_run<T>() -> Result<T> {
    Err(Error::internal(anyhow::anyhow!("the job did not run")))
}

/// How an error stands on the record: a refusal always, any other answer where a case was found, because
/// what is in the way of a change tells of the case.
pub(super) fn recorded_as(error: &Error, event: &Event) -> Option<Outcome> {
    if error.is_refusal() {
        return Some(Outcome::Refused);
    }
    (event.case().is_some() && error.code().status().is_client_error()).then_some(Outcome::Failed)
}

/// `Err` when the server failed and not the request.
fn our_fault(error: &Error) -> Result<(), Code> {
    if error.code().status().is_server_error() { Err(error.code()) } else { Ok(()) }
}

fn is_there_already(error: &Error) -> bool {
    let cause = error.cause().and_then(|cause| cause.downcast_ref());
    matches!(cause, Some(DbError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)))
}

/// Whether PostgreSQL ended the transaction because of another one, so that it may be run again.
fn meets_another(error: &Error) -> bool {
    let Some(cause) = error.cause() else { return false };
    if cause.is::<idempotency::AnotherWasFirst>() {
        return true;
    }
    let Some(cause) = cause.downcast_ref::<DbError>() else { return false };
    match cause {
        DbError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        DbError::DatabaseError(_, info) => info.message().contains("deadlock detected"),
        _ => false,
    }
}

/// Longer from try to try and never the same twice, so that two that met do not meet again.
fn pause(attempt: u32) -> Duration {
    let [random] = crate::crypto::random::bytes::<1>();
    Duration::from_micros(u64::from(attempt.min(48)) * 200 + u64::from(random) * 32)
}
