//! Files for their owner alone: keys, and what opens them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use zeroize::Zeroizing;

use super::error::KeyError;
use crate::db::sqlite_file::{beside, parent};

/// Far more than a key: enough to tell that a file is something else without reading all of it.
const READ_AT_MOST: u64 = 4096;

/// The beginning of a file that nobody else may read.
pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let unreadable = |cause| KeyError::Unreadable { path: path.to_owned(), cause };
    // Asked before opening, because to open a pipe is to wait for its writer.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(KeyError::NotAFile(path.to_owned()));
    }
    let file = File::open(path).map_err(unreadable)?;
    refuse_shared(path, &file.metadata().map_err(unreadable)?)?;
    let mut text = Zeroizing::new(Vec::with_capacity(usize::try_from(READ_AT_MOST).unwrap_or(0)));
    file.take(READ_AT_MOST).read_to_end(&mut text).map_err(unreadable)?;
    Ok(text)
}

/// A new file; one that is there is never overwritten.
pub fn create(path: &Path, content: &[u8]) -> Result<(), KeyError> {
    let mut file = create_private(path)?;
    let written =
        file.write_all(content).and_then(|()| file.sync_all()).and_then(|()| sync_directory_of(path));
    if let Err(cause) = written {
        // Half a key in the way would only stop the next try; nothing has been sealed with it.
        drop(fs::remove_file(path));
        return Err(KeyError::Unwritable { path: path.to_owned(), cause });
    }
    Ok(())
}

/// Puts a new file in the place of one that may be there: whole, or not at all.
pub fn replace(path: &Path, content: &[u8]) -> Result<(), KeyError> {
    let new = beside(path, ".new");
    // Of a run that was broken off.
    drop(fs::remove_file(&new));
    create(&new, content)?;
    fs::rename(&new, path).and_then(|()| sync_directory_of(path)).map_err(|cause| {
        drop(fs::remove_file(&new));
        KeyError::Unwritable { path: path.to_owned(), cause }
    })
}

#[cfg(unix)]
fn refuse_shared(path: &Path, metadata: &fs::Metadata) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(KeyError::NotPrivate { path: path.to_owned(), mode });
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_shared(_: &Path, _: &fs::Metadata) -> Result<(), KeyError> {
    Ok(())
}

fn create_private(path: &Path) -> Result<File, KeyError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|cause| {
        let path = path.to_owned();
        if cause.kind() == io::ErrorKind::AlreadyExists {
            KeyError::AlreadyExists(path)
        } else {
            KeyError::Unwritable { path, cause }
        }
    })
}

/// A new file is there after a crash only when its directory has been written too.
pub(crate) fn sync_directory_of(path: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    File::open(parent(path))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_stays_private() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("root.passphrase");
        for content in [&b"one"[..], b"other"] {
            replace(&path, content).unwrap();
            assert_eq!(read(&path).unwrap()[..], *content);
        }
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        assert!(matches!(create(&path, b"third"), Err(KeyError::AlreadyExists(_))));
        assert_eq!(read(&path).unwrap()[..], *b"other");
    }
}
