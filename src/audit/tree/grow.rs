//! The tree advances in the transaction that gives entries their positions.

use std::ops::Range;

use diesel::prelude::*;

use super::stored::StoredTiles;
use super::{TILE_WIDTH, Tiles as _, fold, incomplete};
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

/// Stores what the tree lacks: the log may have been there before it.
pub(crate) fn catch_up(conn: &mut AnyConnection) -> Result<()> {
    let last: Option<i64> =
        dsl::audit_subtrees.filter(dsl::level.eq(1)).select(diesel::dsl::max(dsl::number)).first(conn)?;
    let covered = last.map_or(0, |last| last + 1) * TILE_WIDTH.cast_signed();
    let next = log::next_position(conn)?;
    if next < covered { Ok(()) } else { grow(conn, covered..next) }
}

/// Whether the entry at this position is the last of a tile.
pub(crate) fn fills_a_tile(position: i64) -> bool {
    position.rem_euclid(TILE_WIDTH.cast_signed()) == TILE_WIDTH.cast_signed() - 1
}

fn store(conn: &mut AnyConnection, level: u32, number: u64) -> Result<()> {
    let tile = StoredTiles::new(conn).tile(level, number)?;
    if tile.len() as u64 != TILE_WIDTH {
        return Err(incomplete(level, number));
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
