//! The signatures in the database: one of each witness under a checkpoint, its newest.

use diesel::prelude::*;

use super::accept::Cosignature;
use crate::db::schema::{audit_checkpoints, audit_cosignatures};
use crate::db::{Tx, WriteTx};
use crate::error::Result;

/// The stored checkpoint of this size.
pub(super) fn note(tx: &mut Tx<'_>, size: i64) -> Result<Option<String>> {
    Ok(audit_checkpoints::table.find(size).select(audit_checkpoints::note).first(tx.conn()).optional()?)
}

/// Keeps it, unless one is there that is as new.
pub(super) fn keep(tx: &mut WriteTx<'_>, size: i64, one: &Cosignature) -> Result<()> {
    let now = tx.now();
    let row = audit_cosignatures::table.find((size, &one.witness));
    let there: Option<i64> = row.select(audit_cosignatures::cosigned_at).first(tx.conn()).optional()?;
    let values = (
        audit_cosignatures::line.eq(&one.line),
        audit_cosignatures::cosigned_at.eq(one.at.micros()),
        audit_cosignatures::received_at.eq(now.micros()),
    );
    match there {
        None => {
            let key = (audit_cosignatures::tree_size.eq(size), audit_cosignatures::witness.eq(&one.witness));
            diesel::insert_into(audit_cosignatures::table).values((key, values)).execute(tx.conn())?;
        }
        Some(at) if at < one.at.micros() => {
            diesel::update(row).set(values).execute(tx.conn())?;
        }
        Some(_) => {}
    }
    Ok(())
}
