//! The file of an SQLite database, looked at before it is opened: that it is there, and that its owner
//! can use it, and nobody else.
//!
//! It is not opened here: to close a file is to lose the locks that this process has on it.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::url::SqlitePath;

/// The bits of a mode that let in others than the owner.
const OTHERS: u32 = 0o077;

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Not there, and never made by accident.
    #[error("there is no database at {path}: check --data and DATABASE_URL, or set a new network up with `waystation init`", path = .0.display())]
    Missing(PathBuf),
    /// Nothing can be learned about it.
    #[error("the database {path} cannot be reached: {cause}; check that it belongs to the user that runs the server", path = path.display())]
    Unreachable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A directory, a pipe or a device.
    #[error("the database {path} is not a regular file: --data or DATABASE_URL must name the file of the database itself", path = .0.display())]
    NotAFile(PathBuf),
    /// The owner may not.
    #[error(
        "the owner may not read and write {what}, and nothing is shown that cannot be recorded: run \
         `chmod u+rwX {paths}`", what = modes(.0), paths = quoted(.0)
    )]
    Unusable(Vec<(PathBuf, u32)>),
    /// Others may read or change it.
    #[error(
        "others than the owner may use {what}: run `chmod go-rwx {paths}` (where others need the directory, move the \
         database into one of its own), and if they could read the database until now, consider known what stands \
         in it in clear", what = modes(.0), paths = quoted(.0)
    )]
    Shared(Vec<(PathBuf, u32)>),
    /// Others would be able to.
    #[error(
        "others than the owner may use the directory {path} (mode {mode:04o}), which is to hold the database: choose a \
         new one, or, if it is there for nothing else, run `chmod 700 '{path}'`", path = path.display()
    )]
    SharedDirectory {
        /// The directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
}

fn modes(shared: &[(PathBuf, u32)]) -> String {
    let each = shared.iter().map(|(path, mode)| format!("{} (mode {mode:04o})", path.display()));
    each.collect::<Vec<_>>().join(", ")
}

fn quoted(shared: &[(PathBuf, u32)]) -> String {
    let each = shared.iter().map(|(path, _)| format!("'{}'", path.display()));
    each.collect::<Vec<_>>().join(" ")
}

/// Looks at the file, at what belongs to it while it is open, and at their directory.
pub fn look_at(database: &SqlitePath) -> Result<(), FileError> {
    let path = database.path();
    // SQLite follows a link too, and keeps the log of changes beside the file itself.
    let file = fs::canonicalize(path).map_err(|cause| unreachable(path, cause))?;
    if !fs::metadata(&file).map_err(|cause| unreachable(path, cause))?.is_file() {
        return Err(FileError::NotAFile(path.to_owned()));
    }
    let (mut shared, mut unusable) = (Vec::new(), Vec::new());
    let directory = (parent(&file).to_owned(), 0o700);
    for (place, own) in std::iter::once(directory).chain(files(&file).map(|place| (place, 0o600))) {
        match mode(&place) {
            Ok(mode) if mode & OTHERS != 0 => shared.push((place, mode)),
            Ok(mode) if mode & own != own => unusable.push((place, mode)),
            Ok(_) => {}
            // The last to leave takes away what is there while it is open.
            Err(cause) if cause.kind() == ErrorKind::NotFound => {}
            Err(cause) => return Err(unreachable(&place, cause)),
        }
    }
    match (shared.is_empty(), unusable.is_empty()) {
        (false, _) => Err(FileError::Shared(shared)),
        (true, false) => Err(FileError::Unusable(unusable)),
        (true, true) => Ok(()),
    }
}

/// The file and what lies beside it while it is open: the log of changes and its index.
#[must_use]
pub fn files(database: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|end| beside(database, end))
}

/// What lies beside a file under its name and an ending.
#[must_use]
pub fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Looks at a directory that a database is to be made in.
pub fn look_at_directory(path: &Path) -> Result<(), FileError> {
    match mode(path).map_err(|cause| unreachable(path, cause))? {
        mode if mode & OTHERS != 0 => Err(FileError::SharedDirectory { path: path.to_owned(), mode }),
        _ => Ok(()),
    }
}

fn mode(path: &Path) -> io::Result<u32> {
    Ok(fs::metadata(path)?.permissions().mode() & 0o7777)
}

fn unreachable(path: &Path, cause: io::Error) -> FileError {
    match cause.kind() {
        ErrorKind::NotFound => FileError::Missing(path.to_owned()),
        _ => FileError::Unreachable { path: path.to_owned(), cause },
    }
}

/// The directory of a file, also of one that is named without it.
#[must_use]
pub fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
