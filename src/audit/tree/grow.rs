//! The tree advances in the transaction that gives entries their positions.

use std::collections::HashSet;
use std::ops::Range;

use diesel::prelude::*;

use super::stored::StoredTiles;
use super::{TILE_WIDTH, Tiles as _, fold};
use crate::audit::log;
use crate::db::conn::AnyConnection;
use crate::db::schema::audit_subtrees::dsl;
use crate::error::{Error, Result};

/// Stores the hash of every tile that the entries at these positions have filled.
///
/// One in 256 entries fills a tile, so that an entry costs one hash of its tree on average and hardly a write.
pub(crate) fn grow(conn: &mut AnyConnection, added: Range<i64>) -> Result<()> {
    let (mut first, mut next) = (position(added.start)? / TILE_WIDTH, position(added.end)? / TILE_WIDTH);
    let mut level = 0;
    while first < next {
        for number in first..next {
            store(conn, level, number)?;
        }
        level += 1;
        (first, next) = (first / TILE_WIDTH, next / TILE_WIDTH);
    }
    Ok(())
}

/// Stores what the tree lacks: the log may have been there before it, or was mended.
pub(crate) fn catch_up(conn: &mut AnyConnection) -> Result<()> {
    let mut full = position(log::size(conn)?)? / TILE_WIDTH;
    let mut level = 0;
    while full > 0 {
        let above =
            dsl::audit_subtrees.filter(dsl::level.eq(i32::try_from(level + 1).map_err(Error::internal)?));
        let there: i64 = above.count().get_result(conn)?;
        if position(there)? < full {
            let there: Vec<i64> = above.select(dsl::number).load(conn)?;
            let there: HashSet<u64> = there.into_iter().map(i64::unsigned_abs).collect();
            for number in (0..full).filter(|number| !there.contains(number)) {
                store(conn, level, number)?;
            }
        }
        level += 1;
        full /= TILE_WIDTH;
    }
    Ok(())
}

/// Whether the entry at this position is the last of a tile.
pub(crate) fn fills_a_tile(position: i64) -> bool {
    position.rem_euclid(TILE_WIDTH.cast_signed()) == TILE_WIDTH.cast_signed() - 1
}

/// A tile that lacks hashes is left out: somebody has taken entries out of the log. It can then be signed no more, which
/// is told; but nobody is kept from their work by it.
fn store(conn: &mut AnyConnection, level: u32, number: u64) -> Result<()> {
    let tile = StoredTiles::new(conn).tile(level, number)?;
    if tile.len() as u64 != TILE_WIDTH {
        tracing::error!(
            level,
            number,
            "the log is damaged: entries that this part of its tree is over are gone"
        );
        return Ok(());
    }
    diesel::insert_into(dsl::audit_subtrees)
        .values((
            dsl::level.eq(i32::try_from(level + 1).map_err(Error::internal)?),
            dsl::number.eq(i64::try_from(number).map_err(Error::internal)?),
            dsl::hash.eq(fold(&tile).to_vec()),
        ))
        .execute(conn)?;
    Ok(())
}

fn position(position: i64) -> Result<u64> {
    u64::try_from(position).map_err(Error::internal)
}
