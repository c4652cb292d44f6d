//! The newest checkpoint in a file of its own, outside the database and its backups.
//!
//! It is written before a checkpoint is handed out. A database that is put back from an older copy does not
//! reach it any more, and the server sees that.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::db::sqlite_file::{beside, parent};

/// Where it is.
#[derive(Clone, Debug)]
pub(super) struct KeptFile(PathBuf);

/// The file while nobody else reads or writes it, in this process or another.
pub(super) struct Locked {
    file: KeptFile,
    _lock: File,
}

/// Whoever signs has the file for some milliseconds.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(2);

/// More than a checkpoint has, whatever its name.
const LARGEST: u64 = 64 * 1024;

impl KeptFile {
    pub(super) fn at(path: PathBuf) -> Self {
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Waits for whoever has it, and not without end: who holds it keeps the log from being signed.
    pub(super) fn lock(&self) -> io::Result<Locked> {
        let directory = parent(&self.0);
        if !directory.is_dir() {
            let mut builder = fs::DirBuilder::new();
            builder.recursive(true);
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.create(directory)?;
        }
        // Beside it and not itself: it is replaced, and a lock on what was replaced locks nothing.
        let lock =
            OpenOptions::new().create(true).truncate(false).write(true).open(beside(&self.0, ".lock"))?;
        let since = Instant::now();
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Locked { file: self.clone(), _lock: lock }),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if since.elapsed() > LONGEST_WAIT => {
                    return Err(io::Error::new(io::ErrorKind::ResourceBusy, "somebody else keeps it locked"));
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            }
        }
    }
}

impl Locked {
    /// What is kept; `None` where nothing was yet.
    pub(super) fn read(&self) -> io::Result<Option<String>> {
        let path = &self.file.0;
        match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
            Ok(metadata) if metadata.len() > LARGEST => {
                Err(io::Error::new(io::ErrorKind::InvalidData, "it is too large for a checkpoint"))
            }
            Ok(_) => fs::read_to_string(path).map(Some),
        }
    }

    /// Replaces it whole: after a crash the file is what it was or what it was to be.
    pub(super) fn replace(&self, note: &str) -> io::Result<()> {
        let directory = parent(&self.file.0);
        let mut next = tempfile::NamedTempFile::new_in(directory)?;
        next.write_all(note.as_bytes())?;
        next.as_file().sync_all()?;
        next.persist(&self.file.0).map_err(|error| error.error)?;
        // The name is durable when its directory is.
        File::open(directory)?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_nothing_then_what_was_written_last_and_one_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let file = KeptFile::at(directory.path().join("made/log-checkpoint"));
        let locked = file.lock().unwrap();
        assert_eq!(locked.read().unwrap(), None);
        locked.replace("first\n").unwrap();
        locked.replace("second\n").unwrap();
        assert_eq!(locked.read().unwrap().as_deref(), Some("second\n"));
        std::thread::scope(|threads| {
            let (sender, receiver) = std::sync::mpsc::channel();
            let other = file.clone();
            threads.spawn(move || {
                let _locked = other.lock().unwrap();
                sender.send(()).unwrap();
            });
            assert!(receiver.recv_timeout(std::time::Duration::from_millis(50)).is_err());
            drop(locked);
            receiver.recv().unwrap();
        });
    }

    #[test]
    fn what_cannot_be_a_checkpoint_is_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log-checkpoint");
        fs::write(&path, "x".repeat(70_000)).unwrap();
        assert!(KeptFile::at(path).lock().unwrap().read().is_err());
    }
}
