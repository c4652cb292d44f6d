//! A manifest as it is read: whether this program can restore what it tells of, and where its parts are.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::error::{BackupError, reading};
use super::format::{MANIFEST, Manifest, Part, VERSION, sha256, signed_hash};
use crate::db::migrate;
use crate::db::sqlite_file::parent;
use crate::error::Result as StoreResult;

/// Far more than a manifest has.
const LARGEST: u64 = 4 << 20;

/// A backup by its manifest.
pub struct Backup {
    /// What it says.
    pub manifest: Manifest,
    /// SHA-256 of its bytes, as it is on the log.
    pub sha256: String,
    value: serde_json::Value,
    data: PathBuf,
    keys: PathBuf,
}

/// What every format will have.
#[derive(Deserialize)]
struct AnyVersion {
    format: String,
    format_version: u32,
    #[serde(default)]
    program_version: String,
}

impl Backup {
    /// Reads a manifest. Its parts lie beside it, unless they are named.
    pub fn read(path: &Path, data: Option<PathBuf>, keys: Option<PathBuf>) -> Result<Self, BackupError> {
        let no_manifest = |why: &str| BackupError::NoManifest { path: path.to_owned(), why: why.to_owned() };
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(reading(path))?;
        file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(reading(path))?;
        if bytes.len() as u64 > LARGEST {
            return Err(no_manifest("it is too large for one"));
        }
        let value: serde_json::Value =
            serde_json::from_slice(&bytes).map_err(|_| no_manifest("it is no JSON"))?;
        let any = AnyVersion::deserialize(&value)
            .ok()
            .filter(|any| any.format == MANIFEST)
            .ok_or_else(|| no_manifest("it does not say that it is one"))?;
        if any.format_version != VERSION {
            let (found, known, program) = (any.format_version, VERSION, any.program_version);
            return Err(BackupError::NewerFormat { found, known, program });
        }
        let manifest = Manifest::deserialize(&value)
            .map_err(|_| no_manifest("its members are not those of its format"))?;
        has_our_tables(&manifest)?;
        let beside = |part: Part| {
            // The name alone: a manifest does not say which file of the machine is read.
            let name = Path::new(&manifest.part(part).file).file_name().unwrap_or_default().to_owned();
            parent(path).join(name)
        };
        let data = data.unwrap_or_else(|| beside(Part::Data));
        let keys = keys.unwrap_or_else(|| beside(Part::Keys));
        Ok(Self { sha256: sha256(&bytes), manifest, value, data, keys })
    }

    /// What the log's key has to have signed.
    pub fn signed_hash(&self) -> StoreResult<String> {
        signed_hash(self.value.clone())
    }

    pub(super) fn path(&self, part: Part) -> &Path {
        match part {
            Part::Data => &self.data,
            Part::Keys => &self.keys,
        }
    }
}

fn has_our_tables(manifest: &Manifest) -> Result<(), BackupError> {
    let [ours, _] = migrate::names();
    let program = || manifest.program_version.clone();
    if let Some(newer) = manifest.migrations.iter().find(|name| !ours.contains(name)) {
        return Err(BackupError::NewerSchema { migration: newer.clone(), program: program() });
    }
    match ours.into_iter().find(|name| !manifest.migrations.contains(name)) {
        Some(missing) => Err(BackupError::OlderSchema { migration: missing, program: program() }),
        None => Ok(()),
    }
}
