//! A file that says that the server was sealed by hand, for servers whose key lies beside them: a restart, by whomever, must
//! not open them again. Where people have the key, there is no need of it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::crypto::{KeyError, private_file};

const CONTENT: &[u8] = b"This server was sealed by hand. `waystation unseal` takes this file away.\n";

/// Where it is.
#[must_use]
pub fn path(config: &Config) -> PathBuf {
    config.data.join("sealed")
}

/// Whether it is there. What cannot be seen is taken to be.
#[must_use]
pub fn is_there(config: &Config) -> bool {
    path(config).try_exists().unwrap_or(true)
}

/// Puts it there.
pub fn put(config: &Config) -> Result<(), KeyError> {
    match private_file::create(&path(config), CONTENT) {
        Err(KeyError::AlreadyExists(_)) => Ok(()),
        done => done,
    }
}

/// Takes it away, and tells whether it was there.
pub fn remove(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
