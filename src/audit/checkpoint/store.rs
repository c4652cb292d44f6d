//! The checkpoints in the database, and what the tree says of them.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Deserialize;

use super::SignedCheckpoint;
use crate::audit::model::StoredEntry;
use crate::audit::walk::Way;
use crate::audit::{Action, Outcome, detail, log};
use crate::crypto::KeyPurpose;
use crate::db::Tx;
use crate::db::conn::AnyConnection;
use crate::db::schema::{audit_checkpoints, audit_cosignatures, audit_events, keyring};
use crate::db::types::Timestamp;
use crate::error::{Error, Result};

/// A row as it is written.
#[derive(Insertable, Queryable, Selectable, Clone)]
#[diesel(table_name = audit_checkpoints)]
pub(crate) struct CheckpointRow {
    pub tree_size: i64,
    pub root: Vec<u8>,
    pub key_version: i32,
    pub note: String,
    pub signed_at: Timestamp,
}

impl CheckpointRow {
    pub(super) fn new(signed: &SignedCheckpoint, signed_at: Timestamp) -> Result<Self> {
        Ok(Self {
            tree_size: i64::try_from(signed.checkpoint.size).map_err(Error::internal)?,
            root: signed.checkpoint.root.to_vec(),
            key_version: signed.key_version,
            note: signed.note.clone(),
            signed_at,
        })
    }
}

/// The newest; `None` before the first.
pub(crate) fn newest(tx: &mut Tx<'_>) -> Result<Option<CheckpointRow>> {
    let rows = audit_checkpoints::table.order(audit_checkpoints::tree_size.desc());
    Ok(rows.select(CheckpointRow::as_select()).first(tx.conn()).optional()?)
}

/// The newest, with the signatures of witnesses below it, as it is handed out.
pub(crate) fn newest_note(tx: &mut Tx<'_>) -> Result<Option<(i64, String)>> {
    newest(tx)?.map(|row| with_cosignatures(tx, row)).transpose()
}

/// The newest that a witness has cosigned; the newest of all where none has.
pub(crate) fn newest_cosigned_note(tx: &mut Tx<'_>) -> Result<Option<(i64, String)>> {
    let cosigned: Option<i64> =
        audit_cosignatures::table.select(diesel::dsl::max(audit_cosignatures::tree_size)).first(tx.conn())?;
    let Some(size) = cosigned else { return newest_note(tx) };
    let rows = audit_checkpoints::table.find(size);
    let row: CheckpointRow = rows.select(CheckpointRow::as_select()).first(tx.conn())?;
    with_cosignatures(tx, row).map(Some)
}

fn with_cosignatures(tx: &mut Tx<'_>, row: CheckpointRow) -> Result<(i64, String)> {
    let lines: Vec<String> = audit_cosignatures::table
        .filter(audit_cosignatures::tree_size.eq(row.tree_size))
        .order(audit_cosignatures::witness)
        .select(audit_cosignatures::line)
        .load(tx.conn())?;
    Ok((row.tree_size, row.note + &lines.concat()))
}

/// Puts one into the database. Another server may have signed the same: then it is there already.
pub(crate) fn insert(conn: &mut AnyConnection, row: &CheckpointRow) -> Result<()> {
    let there: Option<Vec<u8>> = audit_checkpoints::table
        .find(row.tree_size)
        .select(audit_checkpoints::root)
        .first(conn)
        .optional()?;
    match there {
        Some(root) if row.root == root => Ok(()),
        Some(_) => {
            Err(Error::internal(anyhow::anyhow!("another checkpoint of {} entries is stored", row.tree_size)))
        }
        None => {
            diesel::insert_into(audit_checkpoints::table).values(row).execute(conn)?;
            Ok(())
        }
    }
}

/// How many entries have a position.
pub(crate) fn size(conn: &mut AnyConnection) -> Result<u64> {
    u64::try_from(log::size(conn)?).map_err(Error::internal)
}

/// The newest version of the log's key that the database has.
pub(super) fn newest_key(conn: &mut AnyConnection) -> Result<i32> {
    let newest: Option<i32> = keyring::table
        .filter(keyring::purpose.eq(KeyPurpose::AuditSigning))
        .select(diesel::dsl::max(keyring::version))
        .first(conn)?;
    Ok(newest.unwrap_or(1))
}

/// Announcements of keys that are looked through: far more than a log has.
const MOST_ANNOUNCEMENTS: i64 = 1000;

#[derive(Deserialize)]
struct Announcement {
    details: HashMap<String, String>,
}

/// How many entries the log must have for the announcement of this key to be among them; none where it is not there.
pub(super) fn announced_by(conn: &mut AnyConnection, key: &str) -> Result<Option<u64>> {
    let announcements: Vec<StoredEntry> = Way::Action(Action::AuditKeyRotate)
        .entries(&(0..i64::MAX))
        .filter(audit_events::outcome.eq(Outcome::Done))
        .order(audit_events::position.asc())
        .limit(MOST_ANNOUNCEMENTS)
        .select(StoredEntry::as_select())
        .load(conn)?;
    let announces = |entry: &&StoredEntry| {
        let announcement = entry.read::<Announcement>();
        announcement.is_ok_and(|said| said.details.get(detail::NEW_KEY).is_some_and(|new| new == key))
    };
    let found = announcements.iter().find(announces);
    found.map(|entry| u64::try_from(entry.position + 1).map_err(Error::internal)).transpose()
}

/// Up to `limit` checkpoints of more than `after` and at most `most` entries, by their size, with the signatures of
/// witnesses.
pub(crate) fn notes_within(tx: &mut Tx<'_>, after: i64, most: i64, limit: i64) -> Result<Vec<(i64, String)>> {
    let mut notes: Vec<(i64, String)> = audit_checkpoints::table
        .filter(audit_checkpoints::tree_size.gt(after))
        .filter(audit_checkpoints::tree_size.le(most))
        .order(audit_checkpoints::tree_size)
        .limit(limit)
        .select((audit_checkpoints::tree_size, audit_checkpoints::note))
        .load(tx.conn())?;
    let Some((last, _)) = notes.last() else { return Ok(notes) };
    let lines: Vec<(i64, String)> = audit_cosignatures::table
        .filter(audit_cosignatures::tree_size.gt(after))
        .filter(audit_cosignatures::tree_size.le(*last))
        .order((audit_cosignatures::tree_size, audit_cosignatures::witness))
        .select((audit_cosignatures::tree_size, audit_cosignatures::line))
        .load(tx.conn())?;
    for (size, line) in lines {
        if let Ok(place) = notes.binary_search_by_key(&size, |(size, _)| *size) {
            notes[place].1.push_str(&line);
        }
    }
    Ok(notes)
}
