//! What the status is made of.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::Waiting;
use crate::db::Tx;
use crate::db::schema::{audit_checkpoints, audit_cosignatures, audit_events};
use crate::db::types::Timestamp;
use crate::error::Result;

/// Signatures that are looked through: a day of three witnesses that sign every five minutes.
const MOST_SIGNATURES: i64 = 1000;

pub(super) fn waiting(tx: &mut Tx<'_>) -> Result<Waiting> {
    let waiting = audit_events::table.filter(audit_events::position.is_null());
    let (events, oldest): (i64, Option<Timestamp>) = waiting
        .select((diesel::dsl::count_star(), diesel::dsl::min(audit_events::recorded_at)))
        .first(tx.conn())?;
    let now = tx.now();
    Ok(Waiting { events, oldest_seconds: oldest.map(|oldest| now.since(oldest).num_seconds()) })
}

/// When the newest checkpoint that any witness has cosigned was.
pub fn last_cosigned(tx: &mut Tx<'_>) -> Result<Option<Timestamp>> {
    let newest = audit_cosignatures::table.order(audit_cosignatures::tree_size.desc());
    Ok(newest.select(audit_cosignatures::cosigned_at).first(tx.conn()).optional()?)
}

/// Checkpoints that were cosigned, with those signatures, the largest first.
pub(super) fn cosigned(tx: &mut Tx<'_>) -> Result<Vec<(i64, Timestamp, String)>> {
    let rows: Vec<(i64, Timestamp, String, String)> = audit_cosignatures::table
        .inner_join(
            audit_checkpoints::table.on(audit_checkpoints::tree_size.eq(audit_cosignatures::tree_size)),
        )
        .order((audit_cosignatures::tree_size.desc(), audit_cosignatures::witness))
        .limit(MOST_SIGNATURES)
        .select((
            audit_cosignatures::tree_size,
            audit_checkpoints::signed_at,
            audit_checkpoints::note,
            audit_cosignatures::line,
        ))
        .load(tx.conn())?;
    let mut notes: BTreeMap<i64, (Timestamp, String)> = BTreeMap::new();
    for (size, signed_at, note, line) in rows {
        notes.entry(size).or_insert((signed_at, note)).1.push_str(&line);
    }
    Ok(notes.into_iter().rev().map(|(size, (signed_at, note))| (size, signed_at, note)).collect())
}
