//! Rows of the log as they are stored, whatever somebody has made of them.

use chrono::TimeDelta;
use diesel::prelude::*;
use serde::Serialize;

use super::ExportError;
use super::directory::Directory;
use crate::audit::status::NUMBERED_WITHIN;
use crate::audit::tree::TilePath;
use crate::audit::walk::Way;
use crate::db::schema::{audit_events, audit_subtrees};
use crate::db::types::Timestamp;
use crate::db::{Tx, bytes_of};
use crate::error::{Error, Result};

/// More than enough of them to know that something is wrong.
const MOST_WAITING: i64 = 10_000;

/// The columns that repeat what the bytes say.
#[derive(Queryable, Serialize)]
struct Columns {
    #[serde(serialize_with = "told")]
    action: Text,
    #[serde(serialize_with = "told")]
    actor: Text,
    #[serde(serialize_with = "told")]
    case: Text,
    #[serde(serialize_with = "told")]
    id: Text,
    #[serde(serialize_with = "told")]
    outcome: Text,
    position: Option<i64>,
    recorded_at: Timestamp,
    #[serde(serialize_with = "told")]
    subject: Text,
}

type Text = Option<Vec<u8>>;

/// As far as it is a text: what is no UTF-8 was not written by this program.
fn told<S: serde::Serializer>(text: &Text, serializer: S) -> Result<S::Ok, S::Error> {
    text.as_deref().map(String::from_utf8_lossy).serialize(serializer)
}

#[derive(Queryable, Serialize)]
struct Waiting {
    id: String,
    recorded_at: Timestamp,
}

/// 256 entries, or those that are left.
pub(super) struct Block {
    place: TilePath,
    rows: Vec<(Columns, Vec<u8>, Vec<u8>)>,
}

impl Block {
    pub(super) fn load(tx: &mut Tx<'_>, place: TilePath) -> Result<Self> {
        let within = place.positions()?;
        let conn = tx.conn();
        let columns = (
            bytes_of(conn, "action"),
            bytes_of(conn, "actor_id"),
            bytes_of(conn, "case_id"),
            bytes_of(conn, "id"),
            bytes_of(conn, "outcome"),
            audit_events::position,
            audit_events::recorded_at,
            bytes_of(conn, "subject"),
        );
        let rows = Way::Everything
            .entries(&within)
            .order(audit_events::position.asc())
            .select((columns, audit_events::body, audit_events::leaf))
            .load(conn)?;
        Ok(Self { place, rows })
    }

    pub(super) fn write(&self, directory: &Directory) -> Result<(), ExportError> {
        let (mut entries, mut columns, mut leaves) = (Vec::new(), Vec::new(), Vec::new());
        for (row, body, leaf) in &self.rows {
            // What is longer was not written by this program; the verifier sees that it is cut.
            entries.extend(u16::try_from(body.len()).unwrap_or(u16::MAX).to_be_bytes());
            entries.extend(&body[..body.len().min(usize::from(u16::MAX))]);
            columns.extend(serde_json::to_vec(row).map_err(Error::internal)?);
            columns.push(b'\n');
            leaves.extend(leaf);
        }
        let name = self.place.to_string();
        let number = name.trim_start_matches("entries/");
        directory.write(&format!("tile/{name}"), &entries)?;
        directory.write(&format!("tile/0/{number}"), &leaves)?;
        directory.write(&format!("columns/{number}"), &columns)
    }
}

/// The hashes of a tile above the leaves.
pub(super) fn subtrees(tx: &mut Tx<'_>, level: u32, tile: TilePath) -> Result<Vec<u8>> {
    let within = tile.positions()?;
    let hashes: Vec<Vec<u8>> = audit_subtrees::table
        .filter(audit_subtrees::level.eq(i32::try_from(level).map_err(Error::internal)?))
        .filter(audit_subtrees::number.ge(within.start))
        .filter(audit_subtrees::number.lt(within.end))
        .order(audit_subtrees::number)
        .select(audit_subtrees::hash)
        .load(tx.conn())?;
    Ok(hashes.concat())
}

/// Events that have had no position for more than a minute, one a line.
pub(super) fn unsequenced(tx: &mut Tx<'_>) -> Result<Vec<u8>> {
    let before = tx.now().plus(-TimeDelta::seconds(NUMBERED_WITHIN));
    let mut waiting: Vec<Waiting> = audit_events::table
        .filter(audit_events::position.is_null())
        .filter(audit_events::recorded_at.lt(before))
        .limit(MOST_WAITING)
        .select((audit_events::id, audit_events::recorded_at))
        .load(tx.conn())?;
    waiting.sort_unstable_by(|one, other| (one.recorded_at, &one.id).cmp(&(other.recorded_at, &other.id)));
    let mut lines = Vec::new();
    for one in waiting {
        lines.extend(serde_json::to_vec(&one).map_err(Error::internal)?);
        lines.push(b'\n');
    }
    Ok(lines)
}
