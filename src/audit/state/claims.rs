//! What the log says was stored where, from entries that have the signed root.

use std::collections::HashMap;

use actix_web::web::Data;
use diesel::prelude::*;
use serde::Deserialize;

use super::StateError;
use crate::app::App;
use crate::audit::checkpoint::Checkpoint;
use crate::audit::entry::{hex, leaf_hash};
use crate::audit::tree::{Hash, TILE_WIDTH, node_hash};
use crate::db::Tx;
use crate::db::schema::audit_events;
use crate::error::{Error, Result};

/// One write: which entry tells of it, for which case, and the hash of what was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub position: u64,
    pub case: Option<String>,
    pub sha256: String,
}

/// Every write of a sealed value, by table, column and row, the last one at the end. It grows with the sealed values:
/// some 200 bytes for each.
pub(super) struct Claims {
    by_place: HashMap<(String, String, String), Vec<Claim>>,
}

#[derive(Deserialize)]
struct Body {
    case: Option<String>,
    #[serde(default)]
    sealed: Vec<Sealed>,
}

#[derive(Deserialize)]
struct Sealed {
    column: String,
    row: String,
    sha256: String,
    table: String,
}

impl Claims {
    /// Reads the log up to the checkpoint, and refuses one whose bytes do not have its root.
    pub(super) async fn read(
        app: &Data<App>,
        checkpoint: &Checkpoint,
        progress: &mut impl FnMut(u64, u64),
    ) -> Result<Self, StateError> {
        let mut claims = Self { by_place: HashMap::new() };
        let mut tree = Peaks::default();
        let mut next = 0;
        while next < checkpoint.size {
            let end = checkpoint.size.min(next + TILE_WIDTH);
            for (position, body) in
                app.db.unrecorded("the log, to be checked", move |tx| bodies(tx, next, end)).await?
            {
                if position != next {
                    return Err(StateError::LogBroken(format!("there is no entry {next}")));
                }
                tree.add(leaf_hash(&body));
                claims.add(position, &body)?;
                next += 1;
            }
            if next != end {
                return Err(StateError::LogBroken(format!("there is no entry {next}")));
            }
            progress(next, checkpoint.size);
        }
        if tree.root() != Some(checkpoint.root) {
            return Err(StateError::LogBroken(format!(
                "its {} entries do not have the signed root",
                checkpoint.size
            )));
        }
        Ok(claims)
    }

    fn add(&mut self, position: u64, body: &[u8]) -> Result<(), StateError> {
        let body: Body = serde_json::from_slice(body).map_err(|_| {
            StateError::LogBroken(format!("entry {position} is not as this program writes it"))
        })?;
        for Sealed { column, row, sha256, table } in body.sealed {
            let claim = Claim { position, case: body.case.clone(), sha256 };
            self.by_place.entry((table, column, row)).or_default().push(claim);
        }
        Ok(())
    }

    /// Takes out what is said of a place.
    pub(super) fn take(&mut self, table: &str, column: &str, row: &str) -> Option<Vec<Claim>> {
        self.by_place.remove(&(table.to_owned(), column.to_owned(), row.to_owned()))
    }

    /// What is said of places that nobody has asked for.
    pub(super) fn rest(self) -> impl Iterator<Item = ((String, String, String), Vec<Claim>)> {
        self.by_place.into_iter()
    }
}

/// Positions and bytes, as stored.
fn bodies(tx: &mut Tx<'_>, start: u64, end: u64) -> Result<Vec<(u64, Vec<u8>)>> {
    let position = |position: u64| i64::try_from(position).map_err(Error::internal);
    let rows: Vec<(i64, Vec<u8>)> = audit_events::table
        .filter(audit_events::position.ge(position(start)?))
        .filter(audit_events::position.lt(position(end)?))
        .order(audit_events::position)
        .select((audit_events::position.assume_not_null(), audit_events::body))
        .load(tx.conn())?;
    Ok(rows.into_iter().map(|(position, body)| (position.unsigned_abs(), body)).collect())
}

/// The roots of the full trees that entries so far make, the largest first (RFC 6962, section 2.1).
#[derive(Default)]
struct Peaks(Vec<(u64, Hash)>);

impl Peaks {
    fn add(&mut self, leaf: Hash) {
        let mut peak = (1, leaf);
        while let Some((size, left)) = self.0.pop_if(|(size, _)| *size == peak.0) {
            peak = (size * 2, node_hash(&left, &peak.1));
        }
        self.0.push(peak);
    }

    fn root(&self) -> Option<Hash> {
        self.0.iter().rev().map(|(_, hash)| *hash).reduce(|right, left| node_hash(&left, &right))
    }
}

/// The hash of a stored value, as the log writes it.
pub(super) fn sha256(value: &[u8]) -> String {
    use sha2::Digest as _;
    hex(&<[u8; 32]>::from(sha2::Sha256::digest(value)))
}
