//! Why there is no backup, or why it is not put back. Each says what to do; none repeats what is in a backup.

use std::io;
use std::path::{Path, PathBuf};

use super::format::Part;
use crate::audit::checkpoint::NotSigned;
use crate::crypto::KeyError;
use crate::db::conn::ConnectError;
use crate::db::restoring::TargetError;
use crate::db::types::Timestamp;
use crate::error::Error;

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file would be written over.
    #[error("{} is there already; nothing was changed", .0.display())]
    Exists(PathBuf),
    /// Somebody else writes there.
    #[error("another backup is being written into {} at this moment", .0.display())]
    Busy(PathBuf),
    /// The disk.
    #[error("{} cannot be written: {cause}", path.display())]
    Write {
        /// What.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The disk.
    #[error("{} cannot be read: {cause}", path.display())]
    Read {
        /// What.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// Something that is no recipient. It may be a secret key, and is not repeated.
    #[error(
        "{0} is no recipient: that is the public key of age, age1 and 58 characters, as `age-keygen` prints it"
    )]
    NoRecipient(String),
    /// Nobody could open it.
    #[error("name who can open the backup: --recipient age1…, or a file of them with --recipients-file")]
    NoRecipients,
    /// The recipients do not go together.
    #[error("it cannot be encrypted: {0}")]
    Encrypt(age::EncryptError),
    /// A keys part that lives too long.
    #[error(
        "a keys part is kept for 1 to 30 days: what is erased is beyond recovery only when the last one is gone"
    )]
    KeysDays,
    /// Something that is no identity.
    #[error("{} holds no identity of age: {cause}", path.display())]
    NoIdentity {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// The log of the network is damaged.
    #[error(
        "the log of this network is not whole, so that a backup of it could not be restored: {0}. Look at it with \
         `waystation audit verify`; until it is understood, stop the servers and copy the database as it is"
    )]
    LogBroken(String),
    /// The file is no manifest.
    #[error("{} is no manifest of a backup: {why}", path.display())]
    NoManifest {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A later program.
    #[error(
        "the backup is of format {found}, made by waystation {program}: this version reads format {known}; install that one"
    )]
    NewerFormat {
        /// Its format.
        found: u32,
        /// Ours.
        known: u32,
        /// Who made it.
        program: String,
    },
    /// Later tables.
    #[error(
        "the backup has the migration {migration}, which this program does not know: it was made by waystation {program}; \
         install that version"
    )]
    NewerSchema {
        /// What we lack.
        migration: String,
        /// Who made it.
        program: String,
    },
    /// Earlier tables.
    #[error(
        "the backup was made by waystation {program}, before the migration {migration}: restore it with that version, and \
         then upgrade (`waystation migrate`)"
    )]
    OlderSchema {
        /// What it lacks.
        migration: String,
        /// Who made it.
        program: String,
    },
    /// A part is not where it should be.
    #[error("the {part} part is not at {}: name it with --{part}-part FILE. Without both parts nothing can be restored", path.display())]
    Missing {
        /// Which.
        part: Part,
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A part is not the one of the manifest.
    #[error("{} is not the {part} part of this backup, or was cut or changed: {why}", path.display())]
    Altered {
        /// Which.
        part: Part,
        /// Where.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Nobody has a key.
    #[error(
        "no identity that was given opens the {part} part: it is encrypted to {}. Give the file of one of them with --identity",
        recipients.join(", ")
    )]
    NotOpened {
        /// Which.
        part: Part,
        /// Fingerprints.
        recipients: Vec<String>,
    },
    /// Keys that should be gone.
    #[error(
        "the keys part expired at {0}, and nothing was changed. It should have been deleted then: whoever was erased since it \
         was made could be read again with it, which a network promises them cannot happen. Restore a newer backup"
    )]
    Expired(Timestamp),
    /// The root key.
    #[error("the keys of the backup do not open, and nothing was changed: {0}")]
    Keys(#[from] KeyError),
    /// Somebody else wrote the manifest.
    #[error(
        "the log's key has not signed this manifest, and nothing was changed: the backup was changed after it was made, or \
         somebody else made it"
    )]
    NotVouched,
    /// It is not what it is said to be.
    #[error(
        "{path} is no certificate of an erasure that this network's log has signed, and nothing was changed: it begins with \
         `waystation/{action}`, and is had from GET /v1/cases/CASE/erasures/ERASURE/certificate. One that was signed after \
         the log got another key needs a backup that knows that key", path = path.display()
    )]
    Erasure {
        /// The file.
        path: PathBuf,
        /// What it is to begin with.
        action: &'static str,
    },
    /// The target.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The database does not open.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The log's key.
    #[error("the manifest cannot be signed: {0}")]
    NotSigned(#[from] NotSigned),
    /// The database failed.
    #[error("{}", told(.0))]
    Failed(Error),
}

impl From<Error> for BackupError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<age::EncryptError> for BackupError {
    fn from(error: age::EncryptError) -> Self {
        Self::Encrypt(error)
    }
}

/// The operator at the machine may see the cause.
fn told(error: &Error) -> String {
    error.cause().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause:#}"))
}

pub(super) fn writing(path: &Path) -> impl Fn(io::Error) -> BackupError + use<> {
    let path = path.to_owned();
    move |cause| BackupError::Write { path: path.clone(), cause }
}

pub(super) fn reading(path: &Path) -> impl Fn(io::Error) -> BackupError + use<> {
    let path = path.to_owned();
    move |cause| BackupError::Read { path: path.clone(), cause }
}
