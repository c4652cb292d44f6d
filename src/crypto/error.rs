//! What can go wrong with keys and seals. No message holds a byte of a key or of a sealed text.
//!
//! [`KeyError`] is for the operator at start and in commands: what is wrong, where, what to do.
//! It carries its cause in its own message, so that a printed chain does not say it twice.
//! [`SealError`] is for the server's own log; a client learns no more than that the server is at fault, or what it stored.

use std::io;
use std::path::PathBuf;

use super::keyring::KeyPurpose;
use super::share::ShareFault;
use super::split::SplitError;

/// The keys cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The file cannot be opened or read.
    #[error(
        "the root key file {path} cannot be read: {cause}; check the path, and that the file belongs to the user \
         that runs the server", path = path.display()
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A directory, a pipe or a device.
    #[error("the root key file {path} is not a regular file; name the file that holds the key itself", path = .0.display())]
    NotAFile(PathBuf),
    /// Somebody else may read it.
    #[error(
        "the root key file {path} has mode {mode:04o}, so that others than its owner may use it; run `chmod 600 '{path}'`, \
         and if others could read it until now, consider the key known", path = path.display()
    )]
    NotPrivate {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// There is a file already.
    #[error(
        "{path} exists and is not overwritten, because a lost root key is lost data; choose another path, or use the \
         key that is there", path = .0.display()
    )]
    AlreadyExists(PathBuf),
    /// A new file cannot be written.
    #[error("a key cannot be written to {path}: {cause}; check the directory and its free space", path = path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The environment variable is not there.
    #[error("the environment variable {0} is not set; set it to the root key, or name a root key file")]
    NotSet(String),
    /// The text is not a root key.
    #[error("{origin} does not hold a root key: {fault}")]
    Malformed {
        /// The file or the variable.
        origin: String,
        /// What is wrong with it and what to do.
        fault: KeyTextFault,
    },
    /// Not a key under a passphrase.
    #[error(
        "{0} does not hold a root key under a passphrase; `waystation key passphrase` makes such a file, and a plain root \
         key is named in WAYSTATION_ROOT_KEY_FILE"
    )]
    NotProtected(String),
    /// Written by a newer program.
    #[error(
        "{0} holds a root key under a passphrase in a newer format; use the newer waystation that made it"
    )]
    NewerProtection(String),
    /// Cut or changed.
    #[error(
        "{0} holds a root key under a passphrase, and its line was cut or changed; put a copy of the file in its place, \
         or make it anew from the root key"
    )]
    DamagedProtection(String),
    /// The passphrase is another one.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// Argon2 could not be computed.
    #[error("the key of a passphrase cannot be derived: {0}")]
    NotDerived(String),
    /// Nobody could be asked.
    #[error(
        "the root key is with people ({0}), and this command can ask nobody; run it on a terminal, or give what they \
         would type as lines on its standard input"
    )]
    NobodyAsked(&'static str),
    /// A text is no share.
    #[error("the share cannot be read: {0}")]
    Share(#[from] ShareFault),
    /// A share that counts for nothing here.
    #[error("the share is not taken: {0}")]
    ShareRefused(&'static str),
    /// Shares do not make a key.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// A good key, but of another database.
    #[error(
        "the root key from {origin} opens no key of the database {database_id}: it is not the key that this database \
         was set up with; give the right key, or the database that belongs to this one"
    )]
    WrongRootKey {
        /// The file or the variable.
        origin: String,
        /// The database, by its id.
        database_id: String,
    },
    /// A purpose has no key.
    #[error(
        "the keyring of the database has no {0} key, so it was not set up to the end or has lost a row; restore the \
         keyring table from a backup"
    )]
    Incomplete(KeyPurpose),
    /// Some keys open and this one does not.
    #[error(
        "the root key is right, but the {purpose} key, version {version}, does not open: its row in the keyring table \
         is damaged or from another database; restore the keyring table from a backup"
    )]
    Damaged {
        /// What the key is for.
        purpose: KeyPurpose,
        /// Which.
        version: i32,
    },
    /// Another version came while the server ran, and nobody handed it over.
    #[error(
        "the {purpose} key has a version {version} that was not handed over to this server; start the server again"
    )]
    NotHandedOver {
        /// What the key is for.
        purpose: KeyPurpose,
        /// Which.
        version: i32,
    },
    /// Written by a newer program.
    #[error(
        "the keyring of the database has format {0}, which is newer than this program reads; start the newer \
         waystation that wrote it"
    )]
    NewerFormat(u8),
    /// A key cannot be sealed.
    #[error("a key of the keyring cannot be wrapped: {0}")]
    Wrap(SealError),
}

/// Why a text is no root key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyTextFault {
    /// Something else altogether.
    #[error(
        "it does not begin with `waystation-root-key-v1:`; a root key is one line that `waystation` itself made"
    )]
    NotAKey,
    /// `v2` or later.
    #[error(
        "it is a root key of a newer format than this program reads; use the newer waystation that made it"
    )]
    NewerFormat,
    /// Cut or longer.
    #[error(
        "after `waystation-root-key-v1:` it has {found} characters where 48 belong, so it was cut or joined with \
         something; copy the whole line again"
    )]
    WrongLength {
        /// How many there are.
        found: usize,
    },
    /// A letter is wrong.
    #[error("its checksum does not match, so a character was mistyped or changed; copy the whole line again")]
    Mistyped,
}

/// A value cannot be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// Another key, another place, or changed bytes; which of them is not told.
    #[error("a sealed value does not open: it was changed, moved, or sealed with another key")]
    DoesNotOpen,
    /// Written by a newer program.
    #[error("a sealed value has format {0}, which is newer than this program reads")]
    NewerFormat(u8),
    /// The keyring has no such version.
    #[error("a sealed value needs version {0} of a key that the keyring does not hold")]
    UnknownKeyVersion(i32),
    /// Larger than the format holds.
    #[error("a value is too long to be sealed")]
    TooLong,
    /// It would never open again.
    #[error("a value was to be sealed for one case with the key of another")]
    WrongCase,
    /// The read is not on the log.
    #[error("a sealed value was to be opened without a receipt that covers it")]
    NotOnRecord,
    /// The type refuses to be JSON; the cause is left out because it may repeat the value.
    #[error("a value cannot be written as JSON")]
    NotWritable,
    /// It opened, and is not such a value; the cause is left out because it may repeat the value.
    #[error("a sealed value opened, but is not of the type that was expected")]
    NotReadable,
}

impl SealError {
    /// Whether what is stored is at fault, and not this program or who calls it.
    #[must_use]
    pub fn is_of_the_stored_value(&self) -> bool {
        match self {
            Self::DoesNotOpen | Self::NewerFormat(_) | Self::UnknownKeyVersion(_) => true,
            Self::TooLong | Self::WrongCase | Self::NotOnRecord | Self::NotWritable | Self::NotReadable => {
                false
            }
        }
    }
}
