//! What stands in a manifest, and in the parts around their rows. Described for strangers in `docs/BACKUP.md`.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::audit::checkpoint::Anchor;
use crate::audit::entry::hex;
use crate::db::types::{Timestamp, id};
use crate::error::{Error, Result};

id!(BackupId, "A backup.");

/// What a manifest says that it is.
pub(super) const MANIFEST: &str = "waystation-backup";
/// What a part says that it is.
pub(super) const PART: &str = "waystation-backup-part";
/// The form of all of it.
pub(super) const VERSION: u32 = 1;

/// One of the two files that hold rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// All but the keys.
    Data,
    /// The keyring and the keys of the cases, wrapped as they are in the database.
    Keys,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Data => "data",
            Self::Keys => "keys",
        })
    }
}

/// What is told of a backup in clear.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Always `waystation-backup`.
    pub format: String,
    /// Its version.
    pub format_version: u32,
    /// Which backup.
    pub backup: BackupId,
    /// Who made it.
    pub program_version: String,
    /// The migrations that its tables are of.
    pub migrations: Vec<String>,
    /// Which network.
    pub database_id: String,
    /// The name of its log.
    pub log_origin: String,
    /// The moment that it shows.
    pub made_at: Timestamp,
    /// When the keys part is to be deleted.
    pub keys_expire_at: Timestamp,
    /// The log as it was signed last; none in a network whose log never was.
    pub log: Option<Anchor>,
    /// The part with all but the keys.
    pub data: PartSummary,
    /// The part with the keys.
    pub keys: PartSummary,
    /// What is in the parts, in this order.
    pub tables: Vec<TableSummary>,
    /// By the log's key, under all of this.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub signature: String,
}

/// A part, encrypted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartSummary {
    /// The name that it was given.
    pub file: String,
    /// How long it is.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
    /// Fingerprints of whoever can open it.
    pub recipients: Vec<String>,
}

/// A table within a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSummary {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub part: Part,
    /// How many rows it has.
    pub rows: u64,
    /// SHA-256 over their lines.
    pub sha256: String,
}

/// The first line of a part.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartHead {
    pub format: String,
    pub format_version: u32,
    pub backup: BackupId,
    pub part: Part,
    pub keys_expire_at: Timestamp,
}

/// The line before the rows of a table.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableHead {
    pub table: String,
    pub rows: u64,
}

impl Manifest {
    /// Of one part.
    #[must_use]
    pub fn part(&self, part: Part) -> &PartSummary {
        match part {
            Part::Data => &self.data,
            Part::Keys => &self.keys,
        }
    }

    /// How many rows are in it.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    pub(super) fn head(&self, part: Part) -> PartHead {
        PartHead {
            format: PART.to_owned(),
            format_version: VERSION,
            backup: self.backup,
            part,
            keys_expire_at: self.keys_expire_at,
        }
    }
}

/// What is signed of a manifest: the SHA-256 of all of it but its signature, as canonical JSON (RFC 8785).
pub(super) fn signed_hash(mut manifest: serde_json::Value) -> Result<String> {
    if let Some(members) = manifest.as_object_mut() {
        members.remove("signature");
    }
    let bytes = serde_json_canonicalizer::to_vec(&manifest).map_err(Error::internal)?;
    Ok(sha256(&bytes))
}

/// In hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    finished(Sha256::new_with_prefix(bytes))
}

/// In hexadecimal.
pub(super) fn finished(digest: Sha256) -> String {
    hex(&<[u8; 32]>::from(digest.finalize()))
}
