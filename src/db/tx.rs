//! What a store works with: a transaction that also gathers the event of what it does.

use diesel::RunQueryDsl as _;

use super::conn::AnyConnection;
use super::in_transaction;
use super::schema::audit_events;
use super::types::Timestamp;
use crate::audit::Event;
use crate::audit::entry::{NewEntry, Origin};
use crate::audit::{Outcome, log, tree};
use crate::crypto::{Ciphertext, Place};
use crate::error::{Error, Result};

/// A read: one consistent view of the database.
pub struct Tx<'c> {
    conn: &'c mut AnyConnection,
    now: Timestamp,
    /// What this read will have seen.
    pub event: Event,
}

/// A write: commits together with its event, or not at all.
pub struct WriteTx<'c> {
    tx: Tx<'c>,
    origin: &'c Origin,
    position: &'c mut Option<i64>,
}

impl<'c> Tx<'c> {
    pub(super) fn new(conn: &'c mut AnyConnection, now: Timestamp, event: Event) -> Self {
        Self { conn, now, event }
    }

    /// The connection, for a store's queries.
    pub(crate) fn conn(&mut self) -> &mut AnyConnection {
        self.conn
    }

    /// The moment of this transaction.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The day of this transaction, UTC.
    #[must_use]
    pub fn today(&self) -> crate::db::types::Day {
        self.now.date()
    }
}

impl<'c> WriteTx<'c> {
    pub(super) fn new(tx: Tx<'c>, origin: &'c Origin, position: &'c mut Option<i64>) -> Self {
        Self { tx, origin, position }
    }

    /// Puts a further event on the log in the same commit: one change that is several facts.
    pub fn also_record(&mut self, event: &Event) -> Result<()> {
        self.append(event)
    }

    /// The same for many at once: a change that is as many facts as there are rows.
    pub(crate) fn also_record_all(&mut self, events: impl IntoIterator<Item = Event>) -> Result<()> {
        let now = self.tx.now;
        let entries = events
            .into_iter()
            .map(|event| NewEntry::new(&event, self.origin, now, Outcome::Done, None))
            .collect::<Result<_>>()?;
        append_all(self.tx.conn, entries, self.position)
    }

    /// Notes on the event which ciphertext is stored where; every store of a sealed value calls it.
    pub(crate) fn stored(&mut self, place: &Place, ciphertext: &Ciphertext) {
        self.tx.event.stored(place.table(), place.column(), place.row().to_owned(), ciphertext.sha256());
    }

    pub(super) fn finish(&mut self) -> Result<()> {
        let event = self.tx.event.clone();
        self.append(&event)
    }

    fn append(&mut self, event: &Event) -> Result<()> {
        let mut entry = NewEntry::new(event, self.origin, self.tx.now, Outcome::Done, None)?;
        append(self.tx.conn, &mut entry, self.position)
    }
}

impl<'c> std::ops::Deref for WriteTx<'c> {
    type Target = Tx<'c>;
    fn deref(&self) -> &Tx<'c> {
        &self.tx
    }
}

impl<'c> std::ops::DerefMut for WriteTx<'c> {
    fn deref_mut(&mut self) -> &mut Tx<'c> {
        &mut self.tx
    }
}

/// Inserts an entry at the next position, or without one where a sequencer gives it.
pub(super) fn append(
    conn: &mut AnyConnection,
    entry: &mut NewEntry,
    position: &mut Option<i64>,
) -> Result<()> {
    entry.position = *position;
    log::insert(conn, entry)?;
    let Some(next) = position else { return Ok(()) };
    let added = *next..*next + 1;
    *next = added.end;
    tree::grow(conn, added)
}

/// The same as all that a job of the group commit does: if it fails, nothing of it is left, and the
/// transaction goes on.
pub(super) fn append_alone(
    conn: &mut AnyConnection,
    entry: &mut NewEntry,
    position: &mut Option<i64>,
) -> Result<()> {
    match conn {
        // One statement, which SQLite undoes by itself.
        AnyConnection::Sqlite(_) if !position.is_some_and(tree::fills_a_tile) => {
            append(conn, entry, position)
        }
        // PostgreSQL gives up the whole transaction unless there is a savepoint to go back to.
        _ => in_transaction(conn, |conn| append(conn, entry, position)),
    }
}

/// Far below the most parameters that a statement of either database takes.
const ENTRIES_PER_STATEMENT: usize = 500;

/// The same for several, in few statements.
pub(super) fn append_all(
    conn: &mut AnyConnection,
    mut entries: Vec<NewEntry>,
    position: &mut Option<i64>,
) -> Result<()> {
    let first = *position;
    for entry in &mut entries {
        entry.position = *position;
        if let Some(next) = position {
            *next += 1;
        }
    }
    entries.chunks(ENTRIES_PER_STATEMENT).try_for_each(|some| insert_all(conn, some))?;
    first.zip(*position).map_or(Ok(()), |(first, next)| tree::grow(conn, first..next))
}

/// Inserts several entries by one statement, which each database builds for itself.
fn insert_all(conn: &mut AnyConnection, entries: &[NewEntry]) -> Result<()> {
    let insert = diesel::insert_into(audit_events::table).values(entries);
    match conn {
        AnyConnection::Sqlite(conn) => insert.execute(conn)?,
        AnyConnection::Postgres(conn) => insert.execute(conn)?,
    };
    Ok(())
}

/// The first position that the transaction may use: `None` on PostgreSQL, where the sequencer counts.
pub(super) fn first_position(conn: &mut AnyConnection) -> Result<Option<i64>> {
    match conn {
        AnyConnection::Sqlite(_) => log::size(conn).map(Some),
        AnyConnection::Postgres(_) => Ok(None),
    }
}

/// An update of the version that was read changes one row. None means that somebody else was faster.
pub(crate) fn changed_one(rows: usize) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(Error::precondition_failed()) }
}

/// Turns a unique violation into what it means here; everything else stays what it is.
pub(crate) fn on_duplicate(error: diesel::result::Error, meaning: impl FnOnce() -> Error) -> Error {
    use diesel::result::{DatabaseErrorKind, Error as Db};
    match error {
        Db::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => meaning(),
        other => other.into(),
    }
}
