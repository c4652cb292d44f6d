//! What the log is served from, byte for byte as it is stored.

use diesel::prelude::*;

use super::{ResourceKind, StoredTiles, TilePath, Tiles as _};
use crate::audit::entry::EventId;
use crate::audit::model::StoredEntry;
use crate::audit::store::stored;
use crate::db::Tx;
use crate::db::schema::audit_events;
use crate::error::{Error, Result};

/// The hashes of a tile that is there, one after another.
pub(crate) fn hashes(tx: &mut Tx<'_>, level: u32, tile: TilePath) -> Result<Vec<u8>> {
    let hashes = StoredTiles::new(tx.conn()).tile(level, tile.number)?;
    let width = usize::try_from(tile.width).map_err(Error::internal)?;
    Ok(hashes.get(..width).ok_or_else(|| missing(tile))?.concat())
}

/// The entries of a bundle that is there, each after its length as two bytes.
pub(crate) fn entries(tx: &mut Tx<'_>, bundle: TilePath) -> Result<Vec<u8>> {
    debug_assert_eq!(bundle.kind, ResourceKind::Entries);
    let entries = stored(tx.conn(), &bundle.positions()?, i64::MAX)?;
    if entries.len() as u64 != bundle.width {
        return Err(missing(bundle));
    }
    let mut bytes = Vec::new();
    for StoredEntry { body, .. } in entries {
        bytes.extend(u16::try_from(body.len()).map_err(Error::internal)?.to_be_bytes());
        bytes.extend(body);
    }
    Ok(bytes)
}

fn missing(tile: TilePath) -> Error {
    Error::internal(anyhow::anyhow!("the log is damaged: {tile} is not whole"))
}

/// Where an entry stands.
pub(crate) fn position(tx: &mut Tx<'_>, id: EventId) -> Result<u64> {
    let position: i64 = audit_events::table
        .find(id)
        .filter(audit_events::position.is_not_null())
        .select(audit_events::position.assume_not_null())
        .first(tx.conn())?;
    u64::try_from(position).map_err(Error::internal)
}
