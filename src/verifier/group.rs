//! 256 entries at a time: their bytes, their stored hashes, their columns.

use std::ops::Range;

use super::bundle::{Bundle, Unreadable};
use super::findings::{Code, Findings};
use super::merkle::{Hash, leaf_hash};
use super::tile::{Kind, Tile};

/// The files of one index.
pub(super) struct Group {
    /// The position of the first entry.
    pub start: u64,
    /// How many entries there must be.
    pub width: usize,
    bytes: Vec<u8>,
    bounds: Vec<Range<usize>>,
    /// The hashes of the entries that are there.
    pub computed: Vec<Hash>,
    /// The stored hashes that are there.
    pub stored: Vec<Hash>,
    columns: Option<Vec<u8>>,
}

impl Group {
    /// Reads them, and tells what is missing, cut off or too long; `None` after the last.
    pub(super) fn read(
        bundle: &Bundle<'_>,
        index: u64,
        size: u64,
        findings: &mut Findings,
    ) -> Result<Option<Self>, Unreadable> {
        let tile = |kind| Tile::of(kind, index, size);
        let (Some(leaves), Some(entries), Some(columns)) =
            (tile(Kind::Level(0)), tile(Kind::Entries), tile(Kind::Columns))
        else {
            return Ok(None);
        };
        let (start, width) = (entries.start(), usize::from(entries.width));
        let stored = bundle.read_hashes(&leaves, size, findings)?.unwrap_or_default();
        let (mut bytes, mut bounds) = (Vec::new(), Vec::new());
        if let Some(found) = bundle.read_tile(&entries, size, findings)? {
            let (parts, whole) = parts(&found, width);
            if parts.len() < width || !whole {
                findings.at(Code::FileLength, start + parts.len() as u64, || {
                    format!(
                        "{} does not have {width} entries, each with its length before it",
                        entries.path()
                    )
                });
            }
            (bytes, bounds) = (found, parts);
        }
        let computed = bounds.iter().map(|bounds| leaf_hash(&bytes[bounds.clone()])).collect();
        let columns_path = columns.path();
        let columns = bundle.read_tile(&columns, size, findings)?;
        if let Some(columns) = &columns {
            let lines = columns.split(|byte| *byte == b'\n').count() - 1;
            if lines != width || columns.last() != Some(&b'\n') {
                findings.at(Code::FileLength, start + lines.min(width) as u64, || {
                    format!("{columns_path} does not have {width} whole lines")
                });
            }
        }
        Ok(Some(Self { start, width, bytes, bounds, computed, stored, columns }))
    }

    /// The bytes of an entry, counted from the first of the group.
    pub(super) fn entry(&self, place: usize) -> Option<&[u8]> {
        self.bounds.get(place).map(|bounds| &self.bytes[bounds.clone()])
    }

    /// The lines of columns that are there, in order.
    pub(super) fn columns(&self) -> impl Iterator<Item = &[u8]> {
        let whole = self.columns.iter().flat_map(|columns| columns.split_inclusive(|byte| *byte == b'\n'));
        whole.filter_map(|line| line.strip_suffix(b"\n"))
    }
}

/// Where up to `count` entries are, and whether nothing but them is there.
fn parts(bytes: &[u8], count: usize) -> (Vec<Range<usize>>, bool) {
    let (mut found, mut at) = (Vec::with_capacity(count), 0);
    while found.len() < count {
        let Some(length) = bytes[at..].first_chunk() else { break };
        let start = at + 2;
        let end = start + usize::from(u16::from_be_bytes(*length));
        if end > bytes.len() {
            break;
        }
        found.push(start..end);
        at = end;
    }
    (found, at == bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], count: usize) -> (Vec<&[u8]>, bool) {
        let (found, whole) = parts(bytes, count);
        (found.into_iter().map(|bounds| &bytes[bounds]).collect(), whole)
    }

    #[test]
    fn entries_are_read_up_to_the_first_that_is_cut_off() {
        assert_eq!(read(b"\0\x01a\0\0\0\x02bc", 3), (vec![b"a".as_slice(), b"", b"bc"], true));
        assert_eq!(read(b"\0\x01a\0\x02b", 2), (vec![b"a".as_slice()], false));
        assert_eq!(read(b"\0\x01a\0", 2), (vec![b"a".as_slice()], false));
        assert_eq!(read(b"\0\x01a\0\0", 1), (vec![b"a".as_slice()], false));
        assert_eq!(read(b"", 1), (Vec::new(), true));
    }
}
