//! A file of JSON lines, which somebody else may take away and replace.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::{Entry, Sink, line};

pub(super) struct JsonLines {
    path: PathBuf,
    file: File,
    last: Option<(i64, String)>,
}

/// More than any line of ours has.
const LONGEST_LINE: u64 = 128 * 1024;

impl JsonLines {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        // Nothing but appended to: the file system may be told to allow no more.
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        let last = go_on(&mut file)?;
        Ok(Self { path: path.to_owned(), file, last })
    }

    /// Whether the file is still the one at its path: whoever rotates such files moves them away.
    fn is_in_place(&self) -> io::Result<bool> {
        use std::os::unix::fs::MetadataExt as _;
        let ours = self.file.metadata()?;
        match std::fs::metadata(&self.path) {
            Ok(there) => Ok((there.dev(), there.ino()) == (ours.dev(), ours.ino())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Ends a line that a crash has left half, and tells what the last whole one is of.
fn go_on(file: &mut File) -> io::Result<Option<(i64, String)>> {
    let length = file.metadata()?.len();
    let start = length.saturating_sub(LONGEST_LINE);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let foreign = || io::Error::new(ErrorKind::InvalidData, "its last line is not that of a copy of a log");
    let whole = tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    if whole < tail.len() {
        if whole == 0 && !b"{\"position\":".starts_with(&tail[..tail.len().min(12)]) {
            return Err(foreign());
        }
        cut(file, start + whole as u64)?;
    }
    let lines = tail[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    // A line that could not be cut stands between whole ones.
    match (lines.clone().rev().find_map(line::place), whole) {
        (Some(last), _) => Ok(Some(last)),
        (None, 0) if start == 0 => Ok(None),
        (None, _) => Err(foreign()),
    }
}

/// Takes the end away, or where the file may only be appended to, sets it off from what follows.
fn cut(file: &mut File, length: u64) -> io::Result<()> {
    match file.set_len(length) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => file.write_all(b"\n"),
        done => done,
    }
}

impl Sink for JsonLines {
    fn last(&self) -> Option<(i64, String)> {
        self.last.clone()
    }

    fn begins_behind(&mut self, _: Option<&Entry>) -> io::Result<bool> {
        Ok(false)
    }

    fn write(&mut self, entries: &[Entry]) -> io::Result<()> {
        if !self.is_in_place()? {
            // The next file goes on where the one that was moved away ended.
            self.file = Self::open(&self.path)?.file;
        }
        let mut lines = Vec::new();
        for entry in entries {
            line::write(&mut lines, entry);
            lines.push(b'\n');
        }
        let before = self.file.metadata()?.len();
        let written = self.file.write_all(&lines).and_then(|()| self.file.sync_data());
        if written.is_err() {
            // What is half written would stand before what is written next.
            cut(&mut self.file, before)?;
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(position: i64) -> Entry {
        Entry { position, leaf: vec![1; 32], body: b"{\"v\":1}".to_vec() }
    }

    #[test]
    fn it_goes_on_after_the_last_whole_line() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("copy.jsonl");
        let mut lines = JsonLines::open(&path).unwrap();
        assert_eq!(lines.last(), None);
        lines.write(&[entry(0), entry(1)]).unwrap();
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, [&whole[..], b"{\"position\":2,\"le"].concat()).unwrap();
        let mut lines = JsonLines::open(&path).unwrap();
        assert_eq!(lines.last(), Some((1, "01".repeat(32))));
        lines.write(&[entry(2)]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let positions: Vec<_> = text.lines().map(|line| line::place(line.as_bytes()).unwrap().0).collect();
        assert_eq!(positions, [0, 1, 2]);
    }

    #[test]
    fn it_is_rotated_by_moving_it_away() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("copy.jsonl");
        let mut lines = JsonLines::open(&path).unwrap();
        lines.write(&[entry(0)]).unwrap();
        std::fs::rename(&path, directory.path().join("copy.jsonl.1")).unwrap();
        lines.write(&[entry(1)]).unwrap();
        let positions = |path: &Path| {
            let text = std::fs::read_to_string(path).unwrap();
            text.lines().map(|line| line::place(line.as_bytes()).unwrap().0).collect::<Vec<_>>()
        };
        assert_eq!(positions(&path), [1]);
        // As logrotate does it: another file stands in its place at once, and the old one goes.
        let moved = directory.path().join("copy.jsonl.2");
        std::fs::rename(&path, &moved).unwrap();
        std::fs::write(&path, "").unwrap();
        std::fs::remove_file(&moved).unwrap();
        lines.write(&[entry(2)]).unwrap();
        assert_eq!(positions(&path), [2]);
    }

    #[test]
    fn a_file_of_something_else_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("notes.txt");
        std::fs::write(&path, "not a copy\n").unwrap();
        assert!(JsonLines::open(&path).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "not a copy\n");
    }
}
