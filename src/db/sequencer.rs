//! PostgreSQL only: gives committed events their positions, without gaps, one server at a time.
//!
//! Transactions commit side by side there, so none of them can know its position. A thread in each
//! server sequences what is committed; an advisory lock lets one of them work at a time, and the next
//! one takes over when it dies.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};

use super::conn::{AnyConnection, ConnectError, Purpose, open};
use super::in_transaction;
use super::schema::audit_events::dsl;
use super::url::DatabaseUrl;
use crate::audit::entry::EventId;
use crate::audit::{log, tree};
use crate::error::{Error, Result};

/// The advisory lock of whoever sequences: "waystatn" in ASCII.
const LOCK: i64 = 0x7761_7973_7461_746e;
/// Events in one transaction.
const BATCH: i64 = 500;
/// How often a server looks by itself, for events of a server that died.
const INTERVAL: Duration = Duration::from_millis(500);

/// The way to wake the sequencing thread.
pub(super) struct Sequencer {
    wake: SyncSender<()>,
}

impl Sequencer {
    pub(super) fn start(url: &DatabaseUrl) -> Result<Self, ConnectError> {
        let (wake, woken) = sync_channel(1);
        let conn = open(url, Purpose::Write)?;
        let url = url.clone();
        std::thread::Builder::new().name("sequencer".into()).spawn(move || run(&url, conn, &woken)).map_err(
            |error| ConnectError::Unsafe(format!("the sequencing thread cannot be started: {error}")),
        )?;
        Ok(Self { wake })
    }

    /// There is something to sequence. A full channel already says so.
    pub(super) fn poke(&self) {
        let _already_awake = self.wake.try_send(());
    }
}

fn run(url: &DatabaseUrl, conn: AnyConnection, woken: &Receiver<()>) {
    use std::sync::mpsc::RecvTimeoutError;
    let mut conn = Some(conn);
    loop {
        match woken.recv_timeout(INTERVAL) {
            Err(RecvTimeoutError::Disconnected) => return,
            Ok(()) | Err(RecvTimeoutError::Timeout) => {}
        }
        if conn.is_none() {
            conn = open(url, Purpose::Write).ok();
        }
        if let Some(open) = &mut conn
            && let Err(error) = sequence_all(open)
        {
            tracing::warn!(?error, "events wait for their positions; trying again");
            conn = None;
        }
    }
}

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = BigInt)]
    #[expect(dead_code, reason = "the query is made for its lock")]
    locked: i64,
}

/// Sequences everything that is committed now.
pub(super) fn sequence_all(conn: &mut AnyConnection) -> Result<()> {
    loop {
        if in_transaction(conn, sequence_batch)? < BATCH {
            return Ok(());
        }
    }
}

/// Lets one server at a time give positions and extend the tree, until the transaction ends.
pub(super) fn take_turn(conn: &mut AnyConnection) -> Result<()> {
    // Not serializable: it must see what others committed while it waited for the lock.
    diesel::sql_query("SET TRANSACTION ISOLATION LEVEL READ COMMITTED").execute(conn)?;
    diesel::sql_query("SELECT 1::bigint AS locked FROM pg_advisory_xact_lock($1)")
        .bind::<BigInt, _>(LOCK)
        .get_result::<Locked>(conn)?;
    Ok(())
}

fn sequence_batch(conn: &mut AnyConnection) -> Result<i64> {
    take_turn(conn)?;
    let waiting: Vec<EventId> = dsl::audit_events
        .filter(dsl::position.is_null())
        .order((dsl::recorded_at, dsl::id))
        .limit(BATCH)
        .select(dsl::id)
        .load(conn)?;
    let first = log::size(conn)?;
    let numbered = number(conn, waiting, first)?;
    tree::grow(conn, first..first + numbered)?;
    Ok(numbered)
}

/// One statement for all of them: a round trip for each would be most of what the log costs on PostgreSQL.
fn number(conn: &mut AnyConnection, waiting: Vec<EventId>, first: i64) -> Result<i64> {
    let AnyConnection::Postgres(conn) = conn else { return Ok(0) };
    let wanted = waiting.len();
    let numbered = diesel::sql_query(
        "UPDATE audit_events SET position = $1 + given.place - 1
         FROM unnest($2) WITH ORDINALITY AS given (id, place)
         WHERE audit_events.id = given.id AND audit_events.position IS NULL",
    )
    .bind::<BigInt, _>(first)
    .bind::<Array<Text>, _>(waiting)
    .execute(conn)?;
    if numbered == wanted {
        Ok(i64::try_from(numbered).map_err(Error::internal)?)
    } else {
        Err(Error::internal(anyhow::anyhow!("{numbered} of {wanted} events could be given a position")))
    }
}
