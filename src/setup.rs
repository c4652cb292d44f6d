//! Opening a network that `init` has set up, and setting one up.
//!
//! Each step can fail for a reason that the operator can mend, and says which.

use std::sync::Arc;

use crate::accounts::access_token::AccessTokens;
use crate::accounts::gate::Gate;
use crate::accounts::password::{Cost, Passwords};
use crate::app::App;
use crate::audit::checkpoint::{LogOrigin, NoOrigin, Notary};
use crate::audit::entry::RequestId;
use crate::audit::witnesses::{self, NoPolicy};
use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::{KeyError, Keyring, RootKey};
use crate::db::Db;
use crate::db::conn::ConnectError;
use crate::db::keyring_rows::{self, Identity};
use crate::db::migrate::{self, MigrateError};
use crate::db::sqlite_file::{self, FileError};
use crate::db::types::Timestamp;
use crate::db::url::DatabaseUrl;
use crate::door::{Opened, SealSwitch};
use crate::error::{Code, Error};
use crate::keys;
use crate::notices::mail::sender::{NoSender, Sender};

/// Why the network cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The file of the database is not as it must be.
    #[error(transparent)]
    File(#[from] FileError),
    /// Migrated, and nothing more.
    #[error("{NO_NETWORK}", NO_NETWORK = migrate::NO_NETWORK)]
    NotSetUp,
    /// Somebody was here first.
    #[error("there is a network in this database already; nothing was changed")]
    AlreadySetUp,
    /// The schema is not this program's.
    #[error(transparent)]
    Schema(#[from] MigrateError),
    /// The database does not open.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The name of the log was edited.
    #[error("the name of the log in the database is none: {0}")]
    Origin(#[from] NoOrigin),
    /// The policy of witnesses is none.
    #[error(transparent)]
    Policy(#[from] NoPolicy),
    /// No mail can be sent.
    #[error(transparent)]
    Mail(#[from] NoSender),
    /// The keys do not open.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Anything else.
    #[error("{}", because(.0))]
    Failed(Error),
}

impl From<Error> for StartError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// The operator at the machine may see the cause, which a client may not.
pub(crate) fn because(error: &Error) -> String {
    error.cause().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause:#}"))
}

impl StartError {
    /// Whether nobody knows if what was to be committed is: PostgreSQL was lost meanwhile.
    #[must_use]
    pub fn is_of_unknown_outcome(&self) -> bool {
        matches!(self, Self::Failed(error) if error.code() == Code::OutcomeUnknown)
    }
}

/// A network whose keys are committed and which is not open yet. From here on the root key opens
/// something.
pub struct NewNetwork<'a> {
    config: &'a Config,
    database_id: String,
    origin: LogOrigin,
    keyring: Keyring,
    clock: Clock,
}

impl<'a> NewNetwork<'a> {
    /// Makes the tables and the keys in a database that is there (for SQLite: the empty file) and has none
    /// yet. The log is given its name once and for all.
    pub fn store(
        config: &'a Config,
        root: &RootKey,
        origin: Option<LogOrigin>,
        clock: Clock,
    ) -> Result<Self, StartError> {
        let database = &config.database;
        migrate::run(database)?;
        if keyring_rows::load(database, clock.now())?.is_some() {
            return Err(StartError::AlreadySetUp);
        }
        let database_id = RequestId::generate().to_string();
        let (keyring, keys) = Keyring::create(root, &database_id)?;
        let origin = origin.unwrap_or_else(|| LogOrigin::of_database(&database_id));
        let identity = Identity { database_id, log_origin: Some(origin.to_string()), keys };
        keyring_rows::store(database, &identity, clock.now())?;
        Ok(Self { config, database_id: identity.database_id, origin, keyring, clock })
    }

    /// Opens it.
    pub fn open(self) -> Result<App, StartError> {
        App::with_keys(self.config, &self.database_id, self.origin, self.keyring, self.clock)
    }
}

impl App {
    /// Opens the network of the configuration.
    pub fn open(config: &Config) -> Result<Self, StartError> {
        Self::open_at(config, Clock::system())
    }

    /// Opens it with a clock of one's own.
    pub fn open_at(config: &Config, clock: Clock) -> Result<Self, StartError> {
        let identity = identity(config, clock.now())?;
        let keyring = keys::root::open_keyring(config, &identity)?;
        let origin = origin_of(&identity)?;
        Self::with_keys(config, &identity.database_id, origin, keyring, clock)
    }

    /// Opens it with keys that people have opened, and the database that the sealed server has had open.
    pub(crate) fn opened_with(
        config: &Config,
        db: Db,
        opened: Opened,
        clock: Clock,
    ) -> Result<Self, StartError> {
        let keyring = Arc::new(opened.keyring);
        let db = db.with_keys(Arc::clone(&keyring));
        let origin = origin_of(&opened.identity)?;
        Self::of(config, db, keyring, (&opened.identity.database_id, origin), clock)
    }

    fn with_keys(
        config: &Config,
        database_id: &str,
        origin: LogOrigin,
        keyring: Keyring,
        clock: Clock,
    ) -> Result<Self, StartError> {
        let keyring = Arc::new(keyring);
        let db = Db::open(&config.database, Arc::clone(&keyring), clock.clone())?;
        Self::of(config, db, keyring, (database_id, origin), clock)
    }

    fn of(
        config: &Config,
        db: Db,
        keyring: Arc<Keyring>,
        (database_id, origin): (&str, LogOrigin),
        clock: Clock,
    ) -> Result<Self, StartError> {
        Ok(Self {
            db: db.with_reading_budget(config.reading_budget),
            notary: Notary::new(Arc::clone(&keyring), origin, config.kept_checkpoint(), clock.clone()),
            witnesses: config.policy.as_deref().map(witnesses::read_policy).transpose()?.map(Arc::new),
            tokens: AccessTokens::new(Arc::clone(&keyring), database_id, clock.clone()),
            passwords: Passwords::new(Arc::clone(&keyring), Cost::STANDARD)?,
            gate: Gate::new(clock.clone()),
            factors: config.factors,
            longest_idle: config.longest_idle,
            mail: config.mail.as_ref().map(Sender::new).transpose()?,
            proxies: config.proxies.clone(),
            search: Arc::default(),
            retention: config.retention.clone(),
            seal: SealSwitch::default(),
            keyring,
            clock,
        })
    }
}

fn origin_of(identity: &Identity) -> Result<LogOrigin, NoOrigin> {
    match &identity.log_origin {
        Some(origin) => origin.parse(),
        None => Ok(LogOrigin::of_database(&identity.database_id)),
    }
}

/// What the database says of itself, once it is fit to be opened.
pub(crate) fn identity(config: &Config, now: Timestamp) -> Result<Identity, StartError> {
    look_at(&config.database)?;
    migrate::check(&config.database)?;
    keyring_rows::load(&config.database, now)?.ok_or(StartError::NotSetUp)
}

/// Looks at the file of an SQLite database before it is opened.
pub fn look_at(database: &DatabaseUrl) -> Result<(), FileError> {
    match database {
        DatabaseUrl::Sqlite(file) => sqlite_file::look_at(file),
        DatabaseUrl::Postgres(_) => Ok(()),
    }
}
