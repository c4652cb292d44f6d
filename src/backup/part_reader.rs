//! A part while it is read: that it is the manifest's own, that it opens, and that its rows are as the manifest says.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::error::{BackupError, reading};
use super::format::{Part, PartSummary, TableHead, TableSummary, finished};
use super::identities::Identities;
use super::manifest::Backup;
use super::table::{BATCH, Table};

/// Far more than a row has.
const LONGEST_LINE: u64 = 64 << 20;

/// An opened part.
pub(super) struct PartReader {
    part: Part,
    path: PathBuf,
    lines: BufReader<age::stream::StreamReader<BufReader<File>>>,
    line: Vec<u8>,
    number: u64,
}

impl PartReader {
    /// Looks at the whole file before anything of it is opened.
    pub(super) fn open(backup: &Backup, part: Part, identities: &Identities) -> Result<Self, BackupError> {
        let path = backup.path(part).to_owned();
        let summary = backup.manifest.part(part);
        let file = open(part, &path)?;
        is_the_one(file, part, &path, summary)?;
        let file = open(part, &path)?;
        let opened = identities.open(BufReader::new(file)).map_err(|error| match error {
            age::DecryptError::NoMatchingKeys => {
                BackupError::NotOpened { part, recipients: summary.recipients.clone() }
            }
            age::DecryptError::Io(cause) => BackupError::Read { path: path.clone(), cause },
            other => BackupError::Altered { part, path: path.clone(), why: other.to_string() },
        })?;
        let mut reader = Self { part, path, lines: BufReader::new(opened), line: Vec::new(), number: 0 };
        let wanted = backup.manifest.head(part);
        if reader.parsed::<super::format::PartHead>()? != wanted {
            return Err(reader.altered("it is of another backup than the manifest"));
        }
        Ok(reader)
    }

    /// The rows of a table, so many at a time; `each` says what is wrong with them.
    pub(super) fn table<T: Table>(
        &mut self,
        summary: &TableSummary,
        mut each: impl FnMut(Vec<T::Row>) -> Result<(), BackupError>,
    ) -> Result<(), BackupError> {
        if self.parsed::<TableHead>()? != (TableHead { table: T::NAME.to_owned(), rows: summary.rows }) {
            return Err(self.altered(&format!("{} is not where the manifest says", T::NAME)));
        }
        let (mut digest, mut batch) = (Sha256::new(), Vec::with_capacity(BATCH));
        for _ in 0..summary.rows {
            batch.push(self.parsed()?);
            digest.update(&self.line);
            if batch.len() == BATCH {
                each(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)))?;
            }
        }
        if finished(digest) != summary.sha256 {
            return Err(self.altered(&format!("the rows of {} are not those of the manifest", T::NAME)));
        }
        if batch.is_empty() { Ok(()) } else { each(batch) }
    }

    /// Nothing comes behind the last table.
    pub(super) fn end(mut self) -> Result<(), BackupError> {
        if self.read_line()? {
            Err(self.altered("there is more in it than the manifest says"))
        } else {
            Ok(())
        }
    }

    pub(super) fn altered(&self, why: &str) -> BackupError {
        BackupError::Altered { part: self.part, path: self.path.clone(), why: why.to_owned() }
    }

    fn parsed<V: DeserializeOwned>(&mut self) -> Result<V, BackupError> {
        if !self.read_line()? {
            return Err(self.altered("it ends too early"));
        }
        // What serde says could repeat what stands there.
        serde_json::from_slice(&self.line)
            .map_err(|_| self.altered(&format!("line {} is not as this program writes it", self.number)))
    }

    fn read_line(&mut self) -> Result<bool, BackupError> {
        self.line.clear();
        self.number += 1;
        let read = (&mut self.lines).take(LONGEST_LINE).read_until(b'\n', &mut self.line);
        match read {
            Ok(0) => Ok(false),
            Ok(_) if self.line.last() == Some(&b'\n') => Ok(true),
            Ok(_) => Err(self.altered("a line has no end")),
            // What age says of bytes that are not its own.
            Err(error) if matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof) => {
                Err(self.altered("it does not decrypt to its end"))
            }
            Err(cause) => Err(BackupError::Read { path: self.path.clone(), cause }),
        }
    }
}

fn open(part: Part, path: &Path) -> Result<File, BackupError> {
    File::open(path).map_err(|cause| match cause.kind() {
        ErrorKind::NotFound => BackupError::Missing { part, path: path.to_owned() },
        _ => reading(path)(cause),
    })
}

fn is_the_one(mut file: File, part: Part, path: &Path, summary: &PartSummary) -> Result<(), BackupError> {
    let altered = |why: String| BackupError::Altered { part, path: path.to_owned(), why };
    let length = file.metadata().map_err(reading(path))?.len();
    if length != summary.bytes {
        return Err(altered(format!("it has {length} bytes, and the manifest says {}", summary.bytes)));
    }
    let mut digest = Sha256::new();
    let mut block = vec![0; 1 << 16];
    loop {
        let read = match file.read(&mut block) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(reading(path)(error)),
        };
        digest.update(&block[..read]);
    }
    if finished(digest) == summary.sha256 {
        Ok(())
    } else {
        Err(altered("its SHA-256 is not the one in the manifest".to_owned()))
    }
}
