//! Putting a backup back, into a database that is empty. Everything that can be refused is refused before anything is
//! written; what is written is seen by nobody until all of it is right.

use super::erasures::Journal;
use super::error::{BackupError, writing};
use super::format::{Part, TableSummary};
use super::identities::Identities;
use super::manifest::Backup;
use super::part_reader::PartReader;
use super::rows::{audit_events, visit};
use super::table::{Table, Visitor};
use super::verify::{Seen, refuse_expired, summary_of, tables_of};
use crate::access::Permit;
use crate::access::permissions::SystemAct;
use crate::audit::checkpoint::{LogOrigin, keep_first, vouched_for};
use crate::audit::{Action, Event, tree};
use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::{Keyring, RootKey};
use crate::db::restoring::NewDatabase;
use crate::error::Error;
use crate::retention;

/// What was restored.
pub struct Restored {
    /// How many rows.
    pub rows: u64,
    /// How many events had no position yet in the backup, and were given one.
    pub numbered: u64,
    /// How many cases were erased again.
    pub erased: usize,
    /// Whether the checkpoint of the backup is now the one that is kept outside the database; if not, there was one, or
    /// the log was never signed.
    pub kept: bool,
}

/// Restores into the database of the configuration, with its root key. `progress` hears of rows: each is read twice.
pub fn restore(
    config: &Config,
    clock: &Clock,
    backup: &Backup,
    identities: &Identities,
    erasures: Journal,
    mut progress: impl FnMut(u64, u64),
) -> Result<Restored, BackupError> {
    // 1. What costs nothing to know.
    NewDatabase::look(&config.database)?;
    refuse_expired(backup, clock.now())?;
    let root = RootKey::load(&config.root_key)?;
    // 2. The backup, all of it, with nothing written.
    let rows = backup.manifest.rows();
    let mut first = |done: u64, _: u64| progress(done, 2 * rows);
    let mut seen = Seen::new(backup, &mut first);
    seen.look(Part::Keys, identities)?;
    let keyring = Keyring::open(&root, &backup.manifest.database_id, &seen.keys)?;
    let origin: LogOrigin = backup.manifest.log_origin.parse().map_err(|_| BackupError::NotVouched)?;
    is_vouched_for(backup, &origin, &keyring)?;
    let erasures = erasures.of(&origin, &keyring)?;
    seen.look(Part::Data, identities)?;
    // 3. The rows, the log with a position for each event.
    let mut new = NewDatabase::begin(&config.database)?;
    let mut fill = Fill::new(&mut new, |done| progress(rows + done, 2 * rows));
    fill.part(backup, Part::Data, identities)?;
    fill.part(backup, Part::Keys, identities)?;
    let numbered = fill.numbered;
    // 4. The log, as it stands in the new database, goes on from what was signed, and says that it was put back.
    tree::catch_up(new.conn()?)?;
    has_signed_root(backup, &mut new)?;
    let event = Event::new(Action::BackupRestore)
        .subject(backup.manifest.backup)
        .detail("manifest", &backup.sha256)
        .detail("made_at", backup.manifest.made_at);
    let permit = Permit::<SystemAct>::system("operator");
    new.write(&permit, event, clock.now(), |_| Ok(()))?;
    // 5. Who was erased since stays erased.
    let mut erased = 0;
    for again in erasures {
        let event = Event::new(Action::CaseErase).about(again.case).subject(again.id);
        let mut was_there = false;
        new.write(&permit, event, clock.now(), |tx| {
            was_there = retention::erase_again(tx, &again)?;
            Ok(())
        })?;
        erased += usize::from(was_there);
    }
    // 6. A history that falls short of the backup is seen from now on. Kept before anybody can see the database.
    let kept_at = config.kept_checkpoint();
    let kept = match &backup.manifest.log {
        Some(log) => keep_first(kept_at.clone(), &log.checkpoint).map_err(writing(&kept_at))?,
        None => false,
    };
    // 7. There it is.
    new.finish()?;
    Ok(Restored { rows, numbered, erased, kept })
}

fn is_vouched_for(backup: &Backup, origin: &LogOrigin, keyring: &Keyring) -> Result<(), BackupError> {
    if vouched_for(origin, keyring, &backup.signed_hash()?, &backup.manifest.signature) {
        Ok(())
    } else {
        Err(BackupError::NotVouched)
    }
}

fn has_signed_root(backup: &Backup, new: &mut NewDatabase) -> Result<(), BackupError> {
    let Some(log) = &backup.manifest.log else { return Ok(()) };
    let size = u64::try_from(log.size).map_err(Error::internal)?;
    let root = tree::root(&mut tree::StoredTiles::new(new.conn()?), size)?;
    if log.has_root(&root) {
        return Ok(());
    }
    Err(BackupError::LogBroken("restored, it does not have the root that was signed".to_owned()))
}

/// The new database while it is filled.
struct Fill<'a, P> {
    new: &'a mut NewDatabase,
    done: u64,
    /// The position of the next entry of the log.
    next: i64,
    numbered: u64,
    progress: P,
}

impl<'a, P: FnMut(u64)> Fill<'a, P> {
    fn new(new: &'a mut NewDatabase, progress: P) -> Self {
        Self { new, done: 0, next: 0, numbered: 0, progress }
    }

    fn part(&mut self, backup: &Backup, part: Part, identities: &Identities) -> Result<(), BackupError> {
        let reader = PartReader::open(backup, part, identities)?;
        let mut filling = Filling { tables: tables_of(backup, part), reader, fill: self };
        visit(part, &mut filling)?;
        filling.reader.end()
    }

    /// Behind the numbered entries come those that wait, in the order in which they would be numbered.
    fn place(&mut self, entry: &mut audit_events::Row) {
        if entry.position.is_none() {
            entry.position = Some(self.next);
            self.numbered += 1;
        }
        self.next += 1;
    }
}

struct Filling<'f, 'a, P> {
    fill: &'f mut Fill<'a, P>,
    reader: PartReader,
    tables: std::vec::IntoIter<TableSummary>,
}

impl<P: FnMut(u64)> Visitor for Filling<'_, '_, P> {
    type Error = BackupError;

    fn visit<T: Table>(&mut self) -> Result<(), BackupError> {
        let Self { fill, reader, tables } = self;
        let summary = summary_of::<T>(tables, reader)?;
        reader.table::<T>(&summary, |mut rows| {
            for row in &mut rows {
                if let Some(entry) = (row as &mut dyn std::any::Any).downcast_mut() {
                    fill.place(entry);
                }
            }
            T::insert(fill.new.conn()?, &rows)?;
            fill.done += rows.len() as u64;
            (fill.progress)(fill.done);
            Ok(())
        })
    }
}
