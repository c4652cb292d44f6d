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
use crate::config::Config;
use crate::crypto::{RootKey, RootKeySource};
use crate::db::migrate;
use crate::db::sqlite_file::{self, parent};
use crate::db::url::DatabaseUrl;

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
}

/// Sets it up; what was made is taken away again if a later step fails.
pub fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<()> {
    let (root, made) = make(config)?;
    let app = App::set_up(&config.database, &root)?;
    let password = password::generate(arguments.admin.as_str());
    let (name, first) = (arguments.admin.clone(), password.clone());
    block_on(async move { operator::set_up(&app, name, first).await })?;
    made.keep();
    println!("A new network is set up.\n");
    println!("  database       {}", database_of(config));
    println!("  root key       {}", key_of(config));
    println!("  administrator  {}", arguments.admin);
    println!("  password       {}   (shown only now)\n", password.expose_secret());
    println!("Without the root key nothing in the database can ever be opened again, by anybody. Copy it");
    println!("now to a place apart from this machine and from every backup of the database.\n");
    println!("Next: waystation serve");
    Ok(())
}

/// A new root key and, for SQLite, the empty file of the database.
pub(super) fn make(config: &Config) -> anyhow::Result<(RootKey, Made)> {
    refuse_existing(config)?;
    let mut made = Made::default();
    let root = root_key(config, &mut made)?;
    if let DatabaseUrl::Sqlite(file) = &config.database {
        private_directory(parent(file.path()))?;
        sqlite_file::look_at_directory(parent(file.path()))?;
        migrate::create_file(&config.database)?;
        made.database(file.path());
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
        RootKeySource::Environment(_) => None,
    };
    match database.into_iter().chain(key).find(|path| path.exists()) {
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
        RootKeySource::File(path) => {
            private_directory(parent(path))?;
            let root = RootKey::create_file(path)?;
            made.0.push(path.clone());
            Ok(root)
        }
    }
}

/// Makes the directory for its owner alone; one that is there is left as it is.
fn private_directory(path: &Path) -> anyhow::Result<()> {
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
    }
}

/// Files of this run, taken away when it does not come to its end: half a network would only be in
/// the way, and nobody has put anything into it yet.
#[derive(Default)]
pub(super) struct Made(Vec<PathBuf>);

impl Made {
    fn database(&mut self, path: &Path) {
        self.0.extend(["", "-wal", "-shm"].map(|end| PathBuf::from(format!("{}{end}", path.display()))));
    }

    /// The run came to its end.
    pub(super) fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for path in &self.0 {
            // What cannot be removed is named by the next `init`.
            drop(fs::remove_file(path));
        }
    }
}
