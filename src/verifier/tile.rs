//! Where things are in a bundle: 256 of a kind to a file, as in C2SP tlog-tiles.

/// How many hashes, entries or lines a full file has.
pub(super) const WIDTH: u64 = 256;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Hashes of a level of the tree; 0 are the leaves.
    Level(u32),
    /// The bytes of entries.
    Entries,
    /// What the database repeats beside entries.
    Columns,
}

/// A file of 256, or of fewer at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tile {
    pub kind: Kind,
    pub index: u64,
    pub width: u16,
}

impl Kind {
    /// How many there are of it in a log of this size: a hash of a level stands for 256 of the one below.
    pub(super) fn count(self, size: u64) -> u64 {
        match self {
            Self::Level(level) => size.checked_shr(8 * level).unwrap_or(0),
            Self::Entries | Self::Columns => size,
        }
    }

    /// How many entries one of it spans.
    pub(super) fn span(self) -> u64 {
        match self {
            Self::Level(level) => 1_u64.checked_shl(8 * level).unwrap_or(u64::MAX),
            Self::Entries | Self::Columns => 1,
        }
    }
}

impl Tile {
    /// The file with this index in a log of this size, unless it would be empty.
    pub(super) fn of(kind: Kind, index: u64, size: u64) -> Option<Self> {
        let rest = kind.count(size).checked_sub(index.checked_mul(WIDTH)?)?;
        let width = u16::try_from(rest.min(WIDTH)).ok()?;
        (width > 0).then_some(Self { kind, index, width })
    }

    /// The path inside the bundle.
    pub(super) fn path(&self) -> String {
        let folder = match self.kind {
            Kind::Level(level) => format!("tile/{level}"),
            Kind::Entries => "tile/entries".to_owned(),
            Kind::Columns => "columns".to_owned(),
        };
        let partial =
            if u64::from(self.width) < WIDTH { format!(".p/{}", self.width) } else { String::new() };
        format!("{folder}/{}{partial}", elements(self.index))
    }

    /// The first entry under it.
    pub(super) fn start(&self) -> u64 {
        (self.index * WIDTH).saturating_mul(self.kind.span())
    }
}

/// Three digits to an element, all but the last with an `x`: 1234067 is `x001/x234/067`.
fn elements(index: u64) -> String {
    let last = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    let mut path = last;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    path
}

/// Whether a log of this size has a file at this path, among its tiles.
pub(super) fn is_expected(path: &str, size: u64) -> bool {
    let Some((kind, rest)) = kind_of(path) else { return false };
    let named = rest.split_once(".p/").map_or(rest, |(index, _)| index);
    let digits: String =
        named.split('/').map(|element| element.strip_prefix('x').unwrap_or(element)).collect();
    let Ok(index) = digits.parse() else { return false };
    Tile::of(kind, index, size).is_some_and(|tile| tile.path() == path)
}

fn kind_of(path: &str) -> Option<(Kind, &str)> {
    if let Some(rest) = path.strip_prefix("columns/") {
        return Some((Kind::Columns, rest));
    }
    let (folder, rest) = path.strip_prefix("tile/")?.split_once('/')?;
    match folder {
        "entries" => Some((Kind::Entries, rest)),
        level => Some((Kind::Level(level.parse().ok().filter(|level| *level < 8)?), rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(kind: Kind, size: u64) -> Vec<String> {
        (0..).map_while(|index| Tile::of(kind, index, size)).map(|tile| tile.path()).collect()
    }

    #[test]
    fn the_example_of_the_specification_has_its_tiles() {
        let leaves = files(Kind::Level(0), 70_000);
        assert_eq!((leaves.len(), leaves[273].as_str()), (274, "tile/0/273.p/112"));
        assert_eq!(files(Kind::Level(1), 70_000), ["tile/1/000", "tile/1/001.p/17"]);
        assert_eq!(files(Kind::Level(2), 70_000), ["tile/2/000.p/1"]);
        assert!(files(Kind::Level(3), 70_000).is_empty());
        assert_eq!(files(Kind::Entries, 256), ["tile/entries/000"]);
        assert_eq!(files(Kind::Level(1), 256), ["tile/1/000.p/1"]);
        assert!(files(Kind::Columns, 0).is_empty());
        assert_eq!(elements(1_234_067), "x001/x234/067");
    }

    #[test]
    fn only_the_one_path_of_a_file_is_expected() {
        for path in ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1", "tile/entries/001.p/1", "columns/000"]
        {
            assert!(is_expected(path, 257), "{path}");
        }
        for path in [
            "tile/0/001",
            "tile/0/001.p/2",
            "tile/0/001.p/01",
            "tile/0/0",
            "tile/0/x000/000",
            "tile/0/002.p/1",
            "tile/00/000",
            "tile/2/000.p/1",
            "tile/9/000",
            "tile/entries",
            "columns",
            "columns/0x1",
            "tile/0/",
        ] {
            assert!(!is_expected(path, 257), "{path}");
        }
    }
}
