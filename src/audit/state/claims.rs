//! What the log says was stored where, from entries that have the signed root.

use std::collections::HashMap;

use actix_web::web::Data;
use serde::Deserialize;

use super::StateError;
use crate::app::App;
use crate::audit::checkpoint::Checkpoint;
use crate::audit::detail;
use crate::audit::entry::{hex, leaf_hash};
use crate::audit::model::StoredEntry;
use crate::audit::store::stored;
use crate::audit::tree::{Peaks, TILE_WIDTH};
use crate::audit::{Action, Outcome};
use crate::db::Tx;
use crate::db::types::CodeList as _;
use crate::error::{Error, Result};

/// One write: which entry tells of it, for which case, the hash of what was stored, and what else its row must say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub position: u64,
    pub case: Option<String>,
    pub sha256: String,
    pub label: Label,
}

/// What the row of a record repeats in clear.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Label {
    pub group: Option<String>,
    pub version: Option<String>,
    pub writer: Option<String>,
}

/// Table, column and row.
pub(super) type Place = (String, String, String);

/// Every write of a sealed value, by table, column and row, the last one at the end. It grows with the sealed values:
/// some 200 bytes for each.
pub(super) struct Claims {
    by_place: HashMap<Place, Vec<Claim>>,
    tree: Peaks,
    next: u64,
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    action: String,
    #[serde(default)]
    outcome: String,
    actor: Option<String>,
    case: Option<String>,
    #[serde(default)]
    details: HashMap<String, String>,
    #[serde(default)]
    groups: Vec<String>,
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
    pub(super) fn new() -> Self {
        Self { by_place: HashMap::new(), tree: Peaks::default(), next: 0 }
    }

    /// Reads the log on to the checkpoint, and refuses one whose bytes do not have its root.
    pub(super) async fn read(
        &mut self,
        app: &Data<App>,
        checkpoint: &Checkpoint,
        progress: &mut impl FnMut(u64, u64),
    ) -> Result<(), StateError> {
        while self.next < checkpoint.size {
            let (start, end) = (self.next, checkpoint.size.min(self.next + TILE_WIDTH));
            let within = position(start)?..position(end)?;
            let entries = move |tx: &mut Tx<'_>| stored(tx.conn(), &within, i64::MAX);
            for entry in app.db.unrecorded("the log, to be checked", entries).await? {
                if entry.position.unsigned_abs() != self.next {
                    return Err(StateError::LogBroken(format!("there is no entry {}", self.next)));
                }
                self.tree.add(leaf_hash(&entry.body));
                self.add(self.next, &entry)?;
                self.next += 1;
            }
            if self.next != end {
                return Err(StateError::LogBroken(format!("there is no entry {}", self.next)));
            }
            progress(self.next, checkpoint.size);
        }
        if self.tree.root() == Some(checkpoint.root) {
            return Ok(());
        }
        Err(StateError::LogBroken(format!("its {} entries do not have the signed root", checkpoint.size)))
    }

    fn add(&mut self, position: u64, entry: &StoredEntry) -> Result<(), StateError> {
        let body: Body = entry.read().map_err(|_| {
            StateError::LogBroken(format!("entry {position} is not as this program writes it"))
        })?;
        let label = Label {
            group: body.groups.first().cloned(),
            version: body.details.get(detail::VERSION).cloned(),
            writer: body.actor,
        };
        if body.action == Action::CaseErase.code() && body.outcome == Outcome::Done.code() {
            // Whatever was stored of the case is meant to be gone; what is there all the same, nobody stored.
            let erased = |claims: &Vec<Claim>| claims.last().is_some_and(|claim| claim.case == body.case);
            self.by_place.retain(|_, claims| !erased(claims));
        }
        for Sealed { column, row, sha256, table } in body.sealed {
            let claim = Claim { position, case: body.case.clone(), sha256, label: label.clone() };
            self.by_place.entry((table, column, row)).or_default().push(claim);
        }
        Ok(())
    }

    /// What is said of a place, the last at the end.
    pub(super) fn of(&self, place: &Place) -> &[Claim] {
        self.by_place.get(place).map_or(&[], Vec::as_slice)
    }

    /// Every place of which something is said.
    pub(super) fn places(&self) -> impl Iterator<Item = (&Place, &[Claim])> {
        self.by_place.iter().map(|(place, claims)| (place, claims.as_slice()))
    }
}

fn position(position: u64) -> Result<i64> {
    i64::try_from(position).map_err(Error::internal)
}

/// The hash of a stored value, as the log writes it.
pub(super) fn sha256(value: &[u8]) -> String {
    use sha2::Digest as _;
    hex(&<[u8; 32]>::from(sha2::Sha256::digest(value)))
}
