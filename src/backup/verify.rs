//! Looking at a backup without restoring it: all that can be known of it without the root key.

use super::error::BackupError;
use super::format::{Part, TableSummary};
use super::identities::Identities;
use super::log_check::LogCheck;
use super::manifest::Backup;
use super::part_reader::PartReader;
use super::rows::{audit_events, keyring, settings, visit};
use super::table::{Table, Visitor};
use crate::audit::checkpoint::LogOrigin;
use crate::crypto::WrappedKey;
use crate::db::types::Timestamp;

/// Looks at parts: that they are the manifest's, open, and hold what it says, row by row, and that the log in them has
/// the root that was signed. `progress` hears of rows.
pub fn verify(
    backup: &Backup,
    parts: &[Part],
    identities: &Identities,
    now: Timestamp,
    mut progress: impl FnMut(u64, u64),
) -> Result<(), BackupError> {
    refuse_expired(backup, now)?;
    let mut seen = Seen::new(backup, &mut progress);
    // The small one first.
    for part in [Part::Keys, Part::Data] {
        if parts.contains(&part) {
            seen.look(part, identities)?;
        }
    }
    Ok(())
}

pub(super) fn refuse_expired(backup: &Backup, now: Timestamp) -> Result<(), BackupError> {
    let at = backup.manifest.keys_expire_at;
    if at <= now { Err(BackupError::Expired(at)) } else { Ok(()) }
}

/// What was seen of a backup.
pub(super) struct Seen<'a> {
    backup: &'a Backup,
    /// The keyring, as it is opened by a root key.
    pub keys: Vec<WrappedKey>,
    done: u64,
    progress: &'a mut dyn FnMut(u64, u64),
}

impl<'a> Seen<'a> {
    pub(super) fn new(backup: &'a Backup, progress: &'a mut dyn FnMut(u64, u64)) -> Self {
        Self { backup, keys: Vec::new(), done: 0, progress }
    }

    /// Looks at a part, to its end.
    pub(super) fn look(&mut self, part: Part, identities: &Identities) -> Result<(), BackupError> {
        let manifest = &self.backup.manifest;
        let mut look = Look {
            tables: tables_of(self.backup, part),
            reader: PartReader::open(self.backup, part, identities)?,
            log: LogCheck::against(manifest.log.as_ref()),
            network: Vec::new(),
            seen: self,
        };
        visit(part, &mut look)?;
        let Look { reader, log, network, .. } = look;
        if part == Part::Data {
            log.end().map_err(|why| reader.altered(&why))?;
            is_of_the_network(self.backup, &network).map_err(|why| reader.altered(why))?;
        }
        reader.end()
    }
}

/// The tables of a part, as the manifest has them.
pub(super) fn tables_of(backup: &Backup, part: Part) -> std::vec::IntoIter<TableSummary> {
    let tables = backup.manifest.tables.iter().filter(|table| table.part == part);
    tables.cloned().collect::<Vec<_>>().into_iter()
}

/// What the manifest says of this table, which is the next.
pub(super) fn summary_of<T: Table>(
    tables: &mut impl Iterator<Item = TableSummary>,
    reader: &PartReader,
) -> Result<TableSummary, BackupError> {
    let next = tables.next().filter(|table| table.name == T::NAME);
    next.ok_or_else(|| reader.altered(&format!("the manifest does not tell of {} in its place", T::NAME)))
}

fn is_of_the_network(backup: &Backup, rows: &[settings::Row]) -> Result<(), &'static str> {
    let setting = |name: &str| rows.iter().find(|row| row.name == name).map(|row| row.value.as_str());
    let manifest = &backup.manifest;
    if setting("database_id") != Some(manifest.database_id.as_str()) {
        return Err("it is of another network than the manifest says");
    }
    let unnamed = LogOrigin::of_database(&manifest.database_id);
    if setting("log_origin").unwrap_or(unnamed.as_str()) != manifest.log_origin {
        return Err("its log has another name than the manifest says");
    }
    Ok(())
}

struct Look<'s, 'a> {
    seen: &'s mut Seen<'a>,
    reader: PartReader,
    tables: std::vec::IntoIter<TableSummary>,
    log: LogCheck<'a>,
    network: Vec<settings::Row>,
}

impl Visitor for Look<'_, '_> {
    type Error = BackupError;

    fn visit<T: Table>(&mut self) -> Result<(), BackupError> {
        let Self { seen, reader, tables, log, network } = self;
        let summary = summary_of::<T>(tables, reader)?;
        let all = seen.backup.manifest.rows();
        let mut wrong = None;
        reader.table::<T>(&summary, |rows| {
            seen.done += rows.len() as u64;
            (seen.progress)(seen.done, all);
            for row in rows {
                let row: Box<dyn std::any::Any> = Box::new(row);
                if let Some(entry) = row.downcast_ref::<audit_events::Row>() {
                    wrong = wrong.take().or(log.add(entry).err());
                } else if let Some(key) = row.downcast_ref::<keyring::Row>() {
                    match wrapped(key) {
                        Some(key) if key.1 => seen.keys.push(key.0),
                        Some(_) => {}
                        None => wrong = Some("a key is for a purpose that there is none of".to_owned()),
                    }
                } else if let Ok(setting) = row.downcast::<settings::Row>() {
                    network.push(*setting);
                }
            }
            Ok(())
        })?;
        wrong.map_or(Ok(()), |why| Err(reader.altered(&why)))
    }
}

/// A key, and whether it is in use.
fn wrapped(row: &keyring::Row) -> Option<(WrappedKey, bool)> {
    let purpose = row.purpose.parse().ok()?;
    let key = WrappedKey {
        purpose,
        version: row.version,
        wrapped: row.wrapped.0.clone(),
        handover: None,
        is_in_use: true,
    };
    Some((key, row.retired_at.is_none()))
}
