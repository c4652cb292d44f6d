//! Embedded migrations, run under a lock. A schema newer than this program is refused.

use std::fs::OpenOptions;

use diesel::migration::{Migration, MigrationSource as _};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::conn::{AnyConnection, ConnectError, Purpose, open};
use super::url::DatabaseUrl;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// What the operator is told of a database that holds nothing yet, with tables or without.
pub const NO_NETWORK: &str = "there is no network in this database: check --data and DATABASE_URL, or set a new one up \
     with `waystation init`";

/// Why the schema cannot be brought to this program's.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database cannot be opened.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The file to be created cannot be.
    #[error("{path} cannot be created: {cause}")]
    Create {
        /// The file.
        path: String,
        /// Why.
        cause: std::io::Error,
    },
    /// A later program has been here.
    #[error(
        "the database has the migration {0}, which this program does not know: a newer waystation has used it. \
         Install that version; this one would damage it"
    )]
    Newer(String),
    /// There is no schema at all.
    #[error("{NO_NETWORK}")]
    Empty,
    /// There is an older one.
    #[error("the database is not up to date ({0} migrations to run): run `waystation migrate`")]
    Pending(usize),
    /// A migration failed; it was rolled back.
    #[error("a migration failed and was rolled back: {0}")]
    Failed(String),
}

/// Creates the SQLite file if there is none. Only `init` and `demo` call it: everywhere else a path
/// that does not exist is a mistake.
pub fn create_file(url: &DatabaseUrl) -> Result<(), MigrateError> {
    let DatabaseUrl::Sqlite(path) = url else { return Ok(()) };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let created = options.open(path.path());
    created.map(drop).map_err(|cause| MigrateError::Create { path: path.path().display().to_string(), cause })
}

/// Runs what is pending.
pub fn run(url: &DatabaseUrl) -> Result<Vec<String>, MigrateError> {
    let mut conn = open(url, Purpose::Write)?;
    let unlock = lock(&mut conn)?;
    let ran = refuse_newer(&mut conn).and_then(|()| run_pending(&mut conn));
    unlock(&mut conn)?;
    ran
}

/// The same on a connection, in the transaction that it is in.
pub(super) fn run_within(conn: &mut AnyConnection) -> Result<(), MigrateError> {
    refuse_newer(conn)?;
    run_pending(conn).map(drop)
}

/// Checks that nothing is pending and nothing is newer.
pub fn check(url: &DatabaseUrl) -> Result<(), MigrateError> {
    let mut conn = open(url, Purpose::Write)?;
    refuse_newer(&mut conn)?;
    match pending(&mut conn)?.len() {
        0 => Ok(()),
        all if all == names()[0].len() => Err(MigrateError::Empty),
        count => Err(MigrateError::Pending(count)),
    }
}

/// Names of the embedded migrations, of both databases, for the test that compares them.
#[must_use]
pub fn names() -> [Vec<String>; 2] {
    fn of<DB: diesel::backend::Backend>(source: &EmbeddedMigrations) -> Vec<String> {
        let found: Vec<Box<dyn Migration<DB>>> = source.migrations().unwrap_or_default();
        found.iter().map(|migration| migration.name().to_string()).collect()
    }
    [of::<diesel::sqlite::Sqlite>(&SQLITE), of::<diesel::pg::Pg>(&POSTGRES)]
}

type Unlock = fn(&mut AnyConnection) -> Result<(), MigrateError>;

/// One program at a time; on SQLite each migration's own write lock is enough, and a second one finds
/// nothing to do.
fn lock(conn: &mut AnyConnection) -> Result<Unlock, MigrateError> {
    use diesel::connection::SimpleConnection as _;
    match conn {
        AnyConnection::Sqlite(_) => Ok(|_| Ok(())),
        AnyConnection::Postgres(conn) => {
            conn.batch_execute(
                "SET lock_timeout = 0; SET statement_timeout = 0; SELECT pg_advisory_lock(7526771)",
            )
            .map_err(ConnectError::Setting)?;
            Ok(|conn| {
                Ok(conn.batch_execute("SELECT pg_advisory_unlock(7526771)").map_err(ConnectError::Setting)?)
            })
        }
    }
}

fn refuse_newer(conn: &mut AnyConnection) -> Result<(), MigrateError> {
    let [sqlite, postgres] = names();
    let (applied, known) = match conn {
        AnyConnection::Sqlite(conn) => (conn.applied_migrations(), sqlite),
        AnyConnection::Postgres(conn) => (conn.applied_migrations(), postgres),
    };
    let applied = applied.map_err(|error| MigrateError::Failed(error.to_string()))?;
    let known: Vec<String> = known.iter().map(|name| version_of(name)).collect();
    match applied.into_iter().map(|version| version.to_string()).find(|version| !known.contains(version)) {
        Some(newer) => Err(MigrateError::Newer(newer)),
        None => Ok(()),
    }
}

/// diesel keeps the part before the first underscore, without hyphens.
fn version_of(name: &str) -> String {
    name.split('_').next().unwrap_or(name).replace('-', "")
}

fn pending(conn: &mut AnyConnection) -> Result<Vec<String>, MigrateError> {
    let found = match conn {
        AnyConnection::Sqlite(conn) => conn.pending_migrations(SQLITE).map(|list| names_of(&list)),
        AnyConnection::Postgres(conn) => conn.pending_migrations(POSTGRES).map(|list| names_of(&list)),
    };
    found.map_err(|error| MigrateError::Failed(error.to_string()))
}

fn names_of<DB: diesel::backend::Backend>(list: &[Box<dyn Migration<DB>>]) -> Vec<String> {
    list.iter().map(|migration| migration.name().to_string()).collect()
}

fn run_pending(conn: &mut AnyConnection) -> Result<Vec<String>, MigrateError> {
    let ran = match conn {
        AnyConnection::Sqlite(conn) => conn
            .run_pending_migrations(SQLITE)
            .map(|versions| versions.iter().map(ToString::to_string).collect()),
        AnyConnection::Postgres(conn) => conn
            .run_pending_migrations(POSTGRES)
            .map(|versions| versions.iter().map(ToString::to_string).collect()),
    };
    ran.map_err(|error| MigrateError::Failed(error.to_string()))
}
