//! The tiles as the database has them.

use std::collections::HashMap;
use std::rc::Rc;

use diesel::prelude::*;

use super::{Hash, TILE_WIDTH, Tiles};
use crate::db::conn::AnyConnection;
use crate::db::schema::{audit_events, audit_subtrees};
use crate::error::{Error, Result};

/// Reads tiles in one transaction, each once.
pub(crate) struct StoredTiles<'c> {
    conn: &'c mut AnyConnection,
    read: HashMap<(u32, u64), Rc<[Hash]>>,
}

impl<'c> StoredTiles<'c> {
    pub(crate) fn new(conn: &'c mut AnyConnection) -> Self {
        Self { conn, read: HashMap::new() }
    }

    fn load(&mut self, level: u32, number: u64) -> Result<Rc<[Hash]>> {
        let first = i64::try_from(number * TILE_WIDTH).map_err(Error::internal)?;
        let next = i64::try_from((number + 1) * TILE_WIDTH).map_err(Error::internal)?;
        let hashes: Vec<Vec<u8>> = if level == 0 {
            audit_events::table
                .filter(audit_events::position.ge(first))
                .filter(audit_events::position.lt(next))
                .order(audit_events::position)
                .select(audit_events::leaf)
                .load(self.conn)?
        } else {
            audit_subtrees::table
                .filter(audit_subtrees::level.eq(i32::try_from(level).map_err(Error::internal)?))
                .filter(audit_subtrees::number.ge(first))
                .filter(audit_subtrees::number.lt(next))
                .order(audit_subtrees::number)
                .select(audit_subtrees::hash)
                .load(self.conn)?
        };
        hashes
            .into_iter()
            .map(|hash| {
                Hash::try_from(hash).map_err(|_| Error::internal(anyhow::anyhow!("no hash of 32 bytes")))
            })
            .collect()
    }
}

impl Tiles for StoredTiles<'_> {
    fn tile(&mut self, level: u32, number: u64) -> Result<Rc<[Hash]>> {
        if let Some(tile) = self.read.get(&(level, number)) {
            return Ok(Rc::clone(tile));
        }
        let tile = self.load(level, number)?;
        self.read.insert((level, number), Rc::clone(&tile));
        Ok(tile)
    }
}
