//! `waystation init`: a new network, from nothing to the first administrator.

use std::fs::{self, DirBuilder};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use secrecy::ExposeSecret as _;

use super::operator::block_on;
use super::password;
use crate::accounts::operator;
use crate::accounts::username::Username;
use crate::app::App;
use crate::audit::checkpoint::LogOrigin;
use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::{RootKey, RootKeySource};
use crate::db::migrate;
use crate::db::sqlite_file::{self, parent};
use crate::db::url::DatabaseUrl;
use crate::setup::NewNetwork;

/// What is set up.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  waystation init                                  in ./waystation-data
  waystation init --data /var/lib/waystation --admin lantern
  DATABASE_URL='postgres:///waystation?host=/run/postgresql' waystation init

The password is printed once. The root key opens everything: copy it to a place apart
from the database and its backups, and never lose it. To keep it off this machine's disk, give
its line to `serve` in WAYSTATION_ROOT_KEY and remove the file.")]
pub struct Arguments {
    /// Username of the first administrator: a pseudonym
    #[arg(long, value_name = "NAME", default_value = "admin")]
    admin: Username,
    /// Name of the audit log, which never changes: an address without its scheme [default: made from a random id]
    #[arg(long, value_name = "NAME")]
    log_origin: Option<LogOrigin>,
}

/// Sets it up.
pub fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<()> {
    let password = password::generate(arguments.admin.as_str());
    let (name, first) = (arguments.admin.clone(), password.clone());
    let keys = set_up(config, arguments.log_origin.clone(), |app| {
        block_on(async move {
            operator::set_up(&app, name, first).await?;
            Ok(app.notary.verifier_keys())
        })
    })?;
    println!("A new network is set up.\n");
    println!("  database       {}", database_of(config));
    println!("  root key       {}", key_of(config));
    for key in keys {
        println!("  log key        {key}");
    }
    println!("  administrator  {}", arguments.admin);
    println!("  password       {}   (shown only now)\n", password.expose_secret());
    println!("Without the root key nothing in the database can ever be opened again, by anybody. Copy it");
    println!("now to a place apart from this machine and from every backup of the database.\n");
    println!("Auditors check the log against the log key: let each of them write it down today.\n");
    println!("Next: waystation serve");
    Ok(())
}

/// The keys, and then the `first` things in the network. If either fails, the files that were made are
/// taken away again; only a root key that opens something in PostgreSQL stays.
fn set_up<T>(
    config: &Config,
    origin: Option<LogOrigin>,
    first: impl FnOnce(App) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let (root, made) = make(config)?;
    let stored = NewNetwork::store(config, &root, origin, Clock::system());
    let opens_something = match &stored {
        Ok(_) => true,
        Err(error) => error.is_of_unknown_outcome(),
    };
    let done = stored.and_then(NewNetwork::open).map_err(anyhow::Error::from).and_then(first);
    match (done, &config.database) {
        (Ok(done), _) => {
            made.keep();
            Ok(done)
        }
        (Err(error), DatabaseUrl::Postgres(_)) if opens_something => {
            made.keep();
            Err(error.context(HALF_SET_UP))
        }
        (Err(error), _) => Err(error),
    }
}

/// What the operator is told where the rows of the keys stay.
const HALF_SET_UP: &str = "the network is set up in part: PostgreSQL holds keys that the root key opens, so the \
    root key was kept. When the cause is mended, go on with `waystation user add NAME --role administrator`. If that \
    says that the database is empty, remove the root key and run `waystation init` again";

/// A new root key and, for SQLite, the empty file of the database.
pub(super) fn make(config: &Config) -> anyhow::Result<(RootKey, Made)> {
    refuse_existing(config)?;
    let mut made = Made::default();
    let root = root_key(config, &mut made)?;
    if let DatabaseUrl::Sqlite(file) = &config.database {
        private_directory(parent(file.path()))?;
        sqlite_file::look_at_directory(parent(file.path()))?;
        migrate::create_file(&config.database)?;
        made.database = Some(file.path().to_owned());
    }
    Ok((root, made))
}

fn refuse_existing(config: &Config) -> anyhow::Result<()> {
    let database = match &config.database {
        DatabaseUrl::Sqlite(file) => Some(file.path()),
        DatabaseUrl::Postgres(_) => None,
    };
    let key = match &config.root_key {
        RootKeySource::File(path) => Some(path.as_path()),
        RootKeySource::Environment(_) | RootKeySource::Passphrase(_) | RootKeySource::Shares => None,
    };
    let kept = config.kept_checkpoint();
    match database.into_iter().chain(key).chain([kept.as_path()]).find(|path| path.exists()) {
        Some(path) => bail!(
            "{} is there already, so there may be a network; nothing was changed. Choose another place with --data, or with DATABASE_URL",
            path.display()
        ),
        None => Ok(()),
    }
}

fn root_key(config: &Config, made: &mut Made) -> anyhow::Result<RootKey> {
    match &config.root_key {
        RootKeySource::Environment(_) => Ok(RootKey::load(&config.root_key)?),
        RootKeySource::Passphrase(_) | RootKeySource::Shares => bail!(
            "`init` makes the root key, into a file; then `waystation key split` or `waystation key passphrase` gives it \
             into the hands of people. Unset WAYSTATION_ROOT_KEY_SHARES and WAYSTATION_ROOT_KEY_PASSPHRASE_FILE until then"
        ),
        RootKeySource::File(path) => {
            private_directory(parent(path))?;
            let root = RootKey::create_file(path)?;
            made.key = Some(path.clone());
            Ok(root)
        }
    }
}

/// Makes the directory for its owner alone; one that is there is left as it is.
pub(super) fn private_directory(path: &Path) -> anyhow::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).with_context(|| format!("the directory {} cannot be made", path.display()))
}

fn database_of(config: &Config) -> String {
    match &config.database {
        DatabaseUrl::Sqlite(file) => file.path().display().to_string(),
        // The connection string may hold a password.
        DatabaseUrl::Postgres(_) => "PostgreSQL, as DATABASE_URL says".to_owned(),
    }
}

fn key_of(config: &Config) -> String {
    match &config.root_key {
        RootKeySource::File(path) => path.display().to_string(),
        RootKeySource::Environment(name) => format!("in the variable {name}"),
        RootKeySource::Passphrase(_) | RootKeySource::Shares => "with people".to_owned(),
    }
}

/// Files of this run, taken away when it does not come to its end: half a network would only be in
/// the way, and nobody has put anything into it yet.
#[derive(Default)]
pub(super) struct Made {
    database: Option<PathBuf>,
    key: Option<PathBuf>,
}

impl Made {
    /// What was made stays.
    pub(super) fn keep(mut self) {
        (self.database, self.key) = (None, None);
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        if let Some(path) = &self.database {
            // The file itself goes last. What cannot be removed is named by the next `init`.
            for file in sqlite_file::files(path).iter().rev() {
                drop(fs::remove_file(file));
            }
        }
        // The key goes last, and only with the database: one without the other opens nothing.
        if let Some(key) = &self.key
            && !self.database.as_ref().is_some_and(|path| path.exists())
        {
            drop(fs::remove_file(key));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::config::Flags;

    fn config(data: &Path) -> Config {
        let flags = Flags { data: Some(data.to_owned()), ..Flags::default() };
        Config::read(&flags, &BTreeMap::new()).unwrap()
    }

    fn files(data: &Path) -> Vec<String> {
        let names = fs::read_dir(data).unwrap();
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    fn private() -> tempfile::TempDir {
        let own = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        tempfile::Builder::new().permissions(own).tempdir().unwrap()
    }

    #[test]
    fn a_failure_after_the_keys_are_stored_leaves_nothing_on_sqlite_and_init_goes_again() {
        let directory = private();
        let config = config(directory.path());
        let failed =
            set_up(&config, None, |_| -> anyhow::Result<()> { bail!("no administrator") }).unwrap_err();
        assert_eq!(format!("{failed:#}"), "no administrator");
        assert!(files(directory.path()).is_empty(), "{:?}", files(directory.path()));
        set_up(&config, None, |_| Ok(())).unwrap();
        App::open(&config).unwrap();
    }

    #[test]
    fn the_key_of_a_database_that_cannot_be_removed_stays() {
        let directory = private();
        let config = config(directory.path());
        let database = directory.path().join("waystation.db");
        let (_, made) = make(&config).unwrap();
        // A folder is no file to remove.
        fs::remove_file(&database).unwrap();
        fs::create_dir(&database).unwrap();
        drop(made);
        assert!(directory.path().join("root.key").exists());
    }
}
