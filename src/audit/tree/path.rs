//! Names of tiles and of bundles of entries, as C2SP tlog-tiles writes them: `0/x001/x234/067.p/112`.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use super::{TILE_HEIGHT, TILE_WIDTH};
use crate::error::{Error, Result};

/// What a resource of the log holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceKind {
    /// Hashes of a level, from 0.
    Hashes(u32),
    /// The entries themselves.
    Entries,
}

/// A tile or a bundle of entries, full or partial; written as what follows `tile/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TilePath {
    /// What it holds.
    pub kind: ResourceKind,
    /// Which one of its level.
    pub number: u64,
    /// How many it holds: 256 unless it is partial.
    pub width: u64,
}

/// The highest level that a log of 2^63 entries has hashes in.
const HIGHEST_LEVEL: u32 = 63 / TILE_HEIGHT;

impl TilePath {
    /// The binary height of one of its hashes; an entry has that of a leaf.
    #[must_use]
    pub fn level(&self) -> u32 {
        match self.kind {
            ResourceKind::Hashes(level) => level,
            ResourceKind::Entries => 0,
        }
    }

    /// The first of its hashes or entries, counted along the level.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.number * TILE_WIDTH
    }

    /// Its hashes or entries, counted along the level, as the database counts.
    pub(crate) fn positions(&self) -> Result<Range<i64>> {
        let at = |number| i64::try_from(number).map_err(Error::internal);
        Ok(at(self.first())?..at(self.first() + self.width)?)
    }

    /// How many entries a tree must have for all of it to be there; none when no tree can.
    #[must_use]
    pub fn needs(&self) -> Option<u64> {
        (self.first() + self.width).checked_mul(1_u64.checked_shl(self.level() * TILE_HEIGHT)?)
    }

    /// Before which position the entries end that are under the full tile which it is, or is a part of.
    #[must_use]
    pub fn end_index(&self) -> Option<u64> {
        Self { width: TILE_WIDTH, ..*self }.needs()
    }

    /// All of a level for a tree of this size, the partial one last.
    pub fn all(kind: ResourceKind, size: u64) -> impl Iterator<Item = Self> {
        let level = if let ResourceKind::Hashes(level) = kind { level } else { 0 };
        let hashes = size.checked_shr(level * TILE_HEIGHT).unwrap_or(0);
        let full = (0..hashes / TILE_WIDTH).map(move |number| Self { kind, number, width: TILE_WIDTH });
        let rest = Self { kind, number: hashes / TILE_WIDTH, width: hashes % TILE_WIDTH };
        full.chain((rest.width > 0).then_some(rest))
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            ResourceKind::Hashes(level) => write!(f, "{level}/")?,
            ResourceKind::Entries => f.write_str("entries/")?,
        }
        let mut groups = vec![self.number % 1000];
        let mut rest = self.number / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for group in groups.iter().skip(1).rev() {
            write!(f, "x{group:03}/")?;
        }
        write!(f, "{:03}", groups[0])?;
        if self.width < TILE_WIDTH { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

/// The text names no tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a tile is named as in C2SP tlog-tiles, such as 0/x001/067 or entries/000.p/17")]
pub struct NoTile;

impl FromStr for TilePath {
    type Err = NoTile;

    fn from_str(text: &str) -> Result<Self, NoTile> {
        let (kind, rest) = text.split_once('/').ok_or(NoTile)?;
        let kind = match kind {
            "entries" => ResourceKind::Entries,
            level => {
                ResourceKind::Hashes(decimal(level).filter(|level| *level <= HIGHEST_LEVEL).ok_or(NoTile)?)
            }
        };
        let (number, width) = match rest.split_once(".p/") {
            None => (rest, TILE_WIDTH),
            Some((number, width)) => {
                (number, decimal(width).filter(|width| (1..TILE_WIDTH).contains(width)).ok_or(NoTile)?)
            }
        };
        let path = Self { kind, number: number_of(number).ok_or(NoTile)?, width };
        // One name for each: what is written otherwise is another address.
        if path.to_string() == text { Ok(path) } else { Err(NoTile) }
    }
}

fn decimal<T: FromStr>(text: &str) -> Option<T> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// Five groups of three digits are more than any log has.
fn number_of(text: &str) -> Option<u64> {
    let groups: Vec<&str> = text.split('/').collect();
    if groups.len() > 5 {
        return None;
    }
    groups.iter().try_fold(0, |number, group| {
        let digits = group.strip_prefix('x').unwrap_or(group);
        Some(number * 1000 + decimal::<u64>(digits).filter(|_| digits.len() == 3)?)
    })
}
