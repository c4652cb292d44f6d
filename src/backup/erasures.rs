//! The journal of erasures, applied again at a restore: a person who was erased after the backup was made must not come
//! back with it.
//!
//! It is the certificates, which are kept apart from the backups. One that the log's keys of the backup have not signed is
//! refused, and nothing is restored: whoever could write one could have anybody erased.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::error::{BackupError, reading};
use crate::access::CaseId;
use crate::audit::Action;
use crate::audit::checkpoint::{LogOrigin, certified};
use crate::crypto::Keyring;
use crate::db::types::{CodeList as _, Timestamp};
use crate::retention::ErasureId;

/// Certificates of erasures, with the files that they were read from.
#[derive(Default)]
pub struct Journal(Vec<(PathBuf, String)>);

/// An erasure that a certificate tells of.
pub(crate) struct Erased {
    pub(crate) id: ErasureId,
    pub(crate) case: CaseId,
    /// The cases that had been merged into it by then, and were erased with it.
    pub(crate) merged: Vec<CaseId>,
    pub(crate) at: Timestamp,
    pub(crate) certificate: String,
}

/// As the API hands one out.
#[derive(Deserialize)]
struct HandedOut {
    certificate: String,
}

impl Journal {
    /// Reads them: the notes themselves, or the answers of the API that hold them.
    pub fn read(files: &[PathBuf]) -> Result<Self, BackupError> {
        let read = |path: &PathBuf| {
            let text = fs::read_to_string(path).map_err(reading(path))?;
            let note = serde_json::from_str(&text).map_or(text, |answer: HandedOut| answer.certificate);
            Ok((path.clone(), note))
        };
        Ok(Self(files.iter().map(read).collect::<Result<_, BackupError>>()?))
    }

    /// What they tell of; refused where one of them is not a certificate of this network's log.
    pub(super) fn of(self, origin: &LogOrigin, keyring: &Keyring) -> Result<Vec<Erased>, BackupError> {
        let erased = |(path, note): (PathBuf, String)| {
            let lines = certified(origin, keyring, Action::CaseErase, &note).ok_or_else(|| no(&path))?;
            parse(&lines, note).ok_or_else(|| no(&path))
        };
        self.0.into_iter().map(erased).collect()
    }
}

fn no(path: &Path) -> BackupError {
    BackupError::Erasure { path: path.to_owned(), action: Action::CaseErase.code() }
}

fn parse(lines: &[String], certificate: String) -> Option<Erased> {
    let [id, case, at, _, _, merged @ ..] = lines else { return None };
    let merged = merged.iter().map(|case| case.parse().ok()).collect::<Option<_>>()?;
    Some(Erased { id: id.parse().ok()?, case: case.parse().ok()?, merged, at: at.parse().ok()?, certificate })
}
