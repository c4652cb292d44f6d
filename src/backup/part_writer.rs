//! A part while it is written: encrypted, hashed, and under another name until it is whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::error::{BackupError, writing};
use super::format::{PartSummary, finished};
use super::recipients::Recipients;
use crate::db::sqlite_file::beside;
use crate::error::Error;

/// Behind the name of a file until it is whole.
pub(super) const PARTIAL: &str = ".partial";

/// A file that is not whole; it is taken away unless it is given its name.
pub(super) struct Partial {
    path: PathBuf,
    target: PathBuf,
}

impl Partial {
    /// A new file for its owner alone.
    pub(super) fn create(target: &Path) -> Result<(Self, File), BackupError> {
        let path = beside(target, PARTIAL);
        for there in [target, &path] {
            if fs::symlink_metadata(there).is_ok() {
                return Err(BackupError::Exists(there.to_owned()));
            }
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(writing(&path))?;
        Ok((Self { path, target: target.to_owned() }, file))
    }

    /// Gives it its name, durably.
    pub(super) fn publish(self) -> Result<(), BackupError> {
        if fs::symlink_metadata(&self.target).is_ok() {
            return Err(BackupError::Exists(self.target.clone()));
        }
        fs::rename(&self.path, &self.target).map_err(writing(&self.target))?;
        let directory = crate::db::sqlite_file::parent(&self.target);
        File::open(directory).and_then(|directory| directory.sync_all()).map_err(writing(directory))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.path));
    }
}

/// Counts and hashes what goes into a file.
struct Hashing {
    file: BufWriter<File>,
    digest: Sha256,
    bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.digest.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A part in the making.
pub(super) struct PartWriter {
    partial: Partial,
    out: age::stream::StreamWriter<Hashing>,
    line: Vec<u8>,
}

impl PartWriter {
    pub(super) fn create(target: &Path, recipients: &Recipients) -> Result<Self, BackupError> {
        let encryptor = recipients.encryptor()?;
        let (partial, file) = Partial::create(target)?;
        let hashing = Hashing { file: BufWriter::new(file), digest: Sha256::new(), bytes: 0 };
        let out = encryptor.wrap_output(hashing).map_err(writing(target))?;
        Ok(Self { partial, out, line: Vec::new() })
    }

    /// A line, which goes into the hash of its table where it is a row.
    pub(super) fn line(
        &mut self,
        value: &impl Serialize,
        digest: Option<&mut Sha256>,
    ) -> Result<(), BackupError> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, value).map_err(Error::internal)?;
        self.line.push(b'\n');
        if let Some(digest) = digest {
            digest.update(&self.line);
        }
        self.out.write_all(&self.line).map_err(writing(&self.partial.path))
    }

    /// The whole part, durable under its other name, and what a manifest says of it.
    pub(super) fn finish(self, recipients: &Recipients) -> Result<(Partial, PartSummary), BackupError> {
        let Self { partial, out, .. } = self;
        let at = writing(&partial.path);
        let hashing = out.finish().map_err(&at)?;
        let file = hashing.file.into_inner().map_err(|error| at(error.into_error()))?;
        file.sync_all().map_err(&at)?;
        let name = partial.target.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let summary = PartSummary {
            file: name,
            bytes: hashing.bytes,
            sha256: finished(hashing.digest),
            recipients: recipients.fingerprints(),
        };
        Ok((partial, summary))
    }
}
