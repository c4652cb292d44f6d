//! A file of JSON lines, which somebody else may take away and replace.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::{Entry, Sink, line};

pub(super) struct JsonLines {
    path: PathBuf,
    file: File,
    next: i64,
}

/// More than any line of ours has.
const LONGEST_LINE: u64 = 128 * 1024;

impl JsonLines {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        let next = go_on(&mut file)?;
        Ok(Self { path: path.to_owned(), file, next })
    }
}

/// Cuts a line that a crash has left half, goes to the end, and tells which entry comes next.
fn go_on(file: &mut File) -> io::Result<i64> {
    let length = file.metadata()?.len();
    let start = length.saturating_sub(LONGEST_LINE);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let whole = tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    if whole == 0 && start > 0 {
        return Err(io::Error::new(
            ErrorKind::InvalidData,
            "its last lines are not those of a copy of a log",
        ));
    }
    let length = start + whole as u64;
    file.set_len(length)?;
    file.seek(SeekFrom::Start(length))?;
    if whole == 0 {
        return Ok(0);
    }
    let last = tail[..whole - 1].rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let position = line::position(last).ok_or_else(|| {
        io::Error::new(ErrorKind::InvalidData, "its last line is not that of a copy of a log")
    })?;
    Ok(position + 1)
}

impl Sink for JsonLines {
    fn next(&self) -> Option<i64> {
        Some(self.next)
    }

    fn write(&mut self, entries: &[Entry]) -> io::Result<()> {
        // Whoever rotates such files moves them away: then this begins the next one, which goes on where that ended.
        if !self.path.exists() {
            let mut next = Self::open(&self.path)?;
            std::mem::swap(&mut self.file, &mut next.file);
        }
        let mut lines = Vec::new();
        for entry in entries {
            line::write(&mut lines, entry);
            lines.push(b'\n');
        }
        let before = self.file.stream_position()?;
        let written = self.file.write_all(&lines).and_then(|()| self.file.sync_data());
        if written.is_err() {
            // What is half written would stand before what is written next.
            self.file.set_len(before)?;
            self.file.seek(SeekFrom::Start(before))?;
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
        assert_eq!(lines.next(), Some(0));
        lines.write(&[entry(0), entry(1)]).unwrap();
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, [&whole[..], b"{\"position\":2,\"le"].concat()).unwrap();
        let mut lines = JsonLines::open(&path).unwrap();
        assert_eq!(lines.next(), Some(2));
        lines.write(&[entry(2)]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let positions: Vec<_> = text.lines().map(|line| line::position(line.as_bytes()).unwrap()).collect();
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
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(line::position(text.as_bytes()), Some(1));
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
