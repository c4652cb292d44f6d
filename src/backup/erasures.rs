//! The journal of erasures, applied again at every restore: a case that was erased after the backup was made must not
//! come back with it.
//!
//! Here is the place where that happens; erasing itself is not here.

use std::fs;
use std::path::PathBuf;

use super::error::{BackupError, reading};
use crate::db::conn::AnyConnection;

/// Certificates of erasures: signed notes, in the order in which they were given.
#[derive(Default)]
pub struct Journal(Vec<String>);

impl Journal {
    /// Reads them.
    pub fn read(files: &[PathBuf]) -> Result<Self, BackupError> {
        let read = |path: &PathBuf| fs::read_to_string(path).map_err(reading(path));
        let journal = Self(files.iter().map(read).collect::<Result<_, _>>()?);
        // Said before anything is written.
        if journal.0.is_empty() { Ok(journal) } else { Err(BackupError::Erasures) }
    }

    /// Erases again what they say, in the database that is being filled: behind its rows, before its log is checked and
    /// before anybody sees it. How many cases that were.
    #[expect(
        clippy::unnecessary_wraps,
        clippy::needless_pass_by_ref_mut,
        reason = "erasing can fail, and writes"
    )]
    pub(super) fn apply(&self, _conn: &mut AnyConnection) -> Result<usize, BackupError> {
        debug_assert!(self.0.is_empty(), "what cannot be applied is refused when it is read");
        Ok(0)
    }
}
