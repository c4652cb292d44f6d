//! The directory of an exported log, read a file at a time.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use super::findings::{Code, Findings};
use super::malformed::Malformed;
use super::merkle::Hash;
use super::note::{LONGEST_NOTE, Note};
use super::tile::{self, Tile};

/// The bundle could not be checked at all; this says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(String);

impl Unreadable {
    pub(super) fn new(why: &str) -> Self {
        Self(why.to_owned())
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

/// A full file of entries, each as long as its length can say.
const LONGEST_FILE: u64 = tile::WIDTH * (2 + 0xffff);
/// The files beside the tiles.
const NAMES: [&str; 5] = ["checkpoint", "checkpoints", "keys", "unsequenced", "kept-checkpoint"];

/// The directory.
pub(super) struct Bundle<'a>(pub &'a Path);

impl Bundle<'_> {
    fn error(path: &Path, error: &io::Error) -> Unreadable {
        // A bundle may come from anybody, and its names end up on a terminal.
        Unreadable(format!("{:?} cannot be read: {error}", path.display().to_string()))
    }

    /// The plain file at this path, if there is one. Links are not followed: a bundle is whole by itself.
    pub(super) fn open(&self, path: &str) -> Result<Option<(PathBuf, File)>, Unreadable> {
        let path = self.0.join(path);
        let absent = |error: &io::Error| {
            matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
        };
        match fs::symlink_metadata(&path) {
            Ok(found) if !found.is_file() => return Ok(None),
            Ok(_) => {}
            Err(error) if absent(&error) => return Ok(None),
            Err(error) => return Err(Self::error(&path, &error)),
        }
        let file = File::open(&path).map_err(|error| Self::error(&path, &error))?;
        Ok(Some((path, file)))
    }

    /// The bytes of a file, and of one that is too long its beginning.
    pub(super) fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unreadable> {
        let Some((path, file)) = self.open(path)? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.take(LONGEST_FILE + 1).read_to_end(&mut bytes).map_err(|error| Self::error(&path, &error))?;
        Ok(Some(bytes))
    }

    /// The bytes of a tile; a missing one is told.
    pub(super) fn read_tile(
        &self,
        tile: &Tile,
        size: u64,
        findings: &mut Findings,
    ) -> Result<Option<Vec<u8>>, Unreadable> {
        let bytes = self.read(&tile.path())?;
        if bytes.is_none() {
            let under = u64::from(tile.width).saturating_mul(tile.kind.span());
            let last = tile.start().saturating_add(under).min(size) - 1;
            findings.between(Code::FileMissing, tile.start(), last, || format!("{} is missing", tile.path()));
        }
        Ok(bytes)
    }

    /// The hashes of a tile, as many as it has and may have; `None` when it is missing.
    pub(super) fn read_hashes(
        &self,
        tile: &Tile,
        size: u64,
        findings: &mut Findings,
    ) -> Result<Option<Vec<Hash>>, Unreadable> {
        let Some(bytes) = self.read_tile(tile, size, findings)? else { return Ok(None) };
        let (whole, rest) = bytes.as_chunks::<32>();
        let hashes: Vec<Hash> = whole.iter().copied().take(tile.width.into()).collect();
        if whole.len() != usize::from(tile.width) || !rest.is_empty() {
            findings.at(Code::FileLength, tile.start() + hashes.len() as u64 * tile.kind.span(), || {
                format!("{} does not have {} hashes of 32 bytes", tile.path(), tile.width)
            });
        }
        Ok(Some(hashes))
    }

    /// Tells every file that a bundle of this size does not have.
    pub(super) fn tell_surplus(&self, size: u64, findings: &mut Findings) -> Result<(), Unreadable> {
        self.tell_surplus_in(Path::new(""), size, findings)
    }

    fn tell_surplus_in(&self, folder: &Path, size: u64, findings: &mut Findings) -> Result<(), Unreadable> {
        let place = self.0.join(folder);
        let failed = |error: io::Error| Self::error(&place, &error);
        for found in fs::read_dir(&place).map_err(failed)? {
            let found = found.map_err(failed)?;
            let path = folder.join(found.file_name());
            let kind = found.file_type().map_err(failed)?;
            if kind.is_dir() {
                self.tell_surplus_in(&path, size, findings)?;
                continue;
            }
            let known = |path: &str| NAMES.contains(&path) || tile::is_expected(path, size);
            if !kind.is_file() || !path.to_str().is_some_and(known) {
                findings.add(Code::FileSurplus, format!("{} does not belong there", shown(&path)));
            }
        }
        Ok(())
    }
}

/// A name that somebody else chose, so that it cannot steer the terminal.
fn shown(path: &Path) -> String {
    path.to_string_lossy().escape_debug().to_string()
}

/// Checkpoints one after another, each read when it is asked for.
pub(super) struct Notes {
    path: PathBuf,
    reader: BufReader<File>,
    another_follows: bool,
}

impl Notes {
    pub(super) fn new((path, file): (PathBuf, File)) -> Self {
        Self { path, reader: BufReader::new(file), another_follows: false }
    }

    /// The next one; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Result<Note, Malformed>>, Unreadable> {
        let mut bytes = Vec::new();
        self.lines_into(&mut bytes)?;
        if bytes.is_empty() && !self.another_follows {
            return Ok(None);
        }
        self.another_follows = self.lines_into(&mut bytes)?;
        if self.another_follows {
            bytes.pop();
        }
        Ok(Some(Note::parse(&bytes)))
    }

    /// Reads up to and with an empty line, and says whether there was one. The texts of checkpoints have none.
    fn lines_into(&mut self, bytes: &mut Vec<u8>) -> Result<bool, Unreadable> {
        loop {
            let start = bytes.len();
            let room = (LONGEST_NOTE + 1).saturating_sub(start) as u64;
            let read = self.reader.by_ref().take(room).read_until(b'\n', bytes);
            match read.map_err(|error| Bundle::error(&self.path, &error))? {
                0 => return Ok(false),
                _ if bytes[start..] == *b"\n" => return Ok(true),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(text: &str) -> Vec<Result<String, Malformed>> {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("checkpoints"), text).unwrap();
        let mut notes = Notes::new(Bundle(directory.path()).open("checkpoints").unwrap().unwrap());
        let mut all = Vec::new();
        while let Some(next) = notes.next().unwrap() {
            all.push(next.map(|note| note.text().to_owned()));
        }
        all
    }

    #[test]
    fn notes_stand_one_after_another_with_an_empty_line_between() {
        let note = |text: &str| format!("{text}\n\n\u{2014} k AAAAAAA=\n");
        assert_eq!(notes(""), []);
        assert_eq!(notes(&note("a")), [Ok("a\n".to_owned())]);
        let two = format!("{}\n{}", note("a"), note("b"));
        assert_eq!(notes(&two), [Ok("a\n".to_owned()), Ok("b\n".to_owned())]);
        assert!(notes(&format!("{two}\n"))[2].is_err());
        assert!(notes("a\n")[0].is_err());
        assert!(notes(&"a".repeat(3 * LONGEST_NOTE))[0].is_err());
    }

    #[test]
    fn a_link_is_no_file_of_a_bundle() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("other"), "").unwrap();
        std::os::unix::fs::symlink(directory.path().join("other"), directory.path().join("keys")).unwrap();
        let bundle = Bundle(directory.path());
        assert!(bundle.read("keys").unwrap().is_none());
        assert!(bundle.read("keys/more").unwrap().is_none());
        let mut findings = Findings::default();
        bundle.tell_surplus(0, &mut findings).unwrap();
        assert_eq!(findings.total(), 2);
    }
}
