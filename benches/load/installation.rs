//! The server as an operator runs it: made by `init`, started by `serve`, stopped by SIGTERM.
//!
//! The only file that knows the command line and the environment of the server.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use waystation::app::App;
use waystation::config::{Config, Flags};
use waystation::crypto::Keyring;

use crate::arguments::{Arguments, Database};
use crate::network::{ADMINISTRATOR, SECOND};
use crate::process;
use crate::wire::{Connection, Request};

/// The runner logs in as everybody, and has no authenticator app; and its users read as fast as they are answered. An
/// earlier release refuses to start with a variable that it does not know.
const TOLD: [(&str, &str); 2] =
    [("WAYSTATION_ALLOW_PASSWORD_ALONE", "1"), ("WAYSTATION_READING_BUDGET", "1000000,1000000")];

/// A network on the disk, not running.
pub struct Installation {
    binary: PathBuf,
    directory: tempfile::TempDir,
    database_url: String,
    slow_commit: Option<u32>,
    administrator_password: String,
    second_password: String,
}

impl Installation {
    /// Makes an empty network in a new directory.
    pub fn create(arguments: &Arguments) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("load-").tempdir_in(&arguments.directory)?;
        let database_url = match (arguments.database, &arguments.postgres_url) {
            (Database::Postgres, Some(url)) => url.clone(),
            (Database::Postgres, None) => bail!("--postgres-url is missing"),
            (Database::Sqlite, _) => directory.path().join("data/waystation.db").display().to_string(),
        };
        let binary = arguments
            .server
            .canonicalize()
            .with_context(|| format!("there is no server at {}", arguments.server.display()))?;
        let mut installation = Self {
            binary,
            directory,
            database_url,
            slow_commit: arguments.slow_commit,
            administrator_password: String::new(),
            second_password: String::new(),
        };
        let made = installation
            .command("init")
            .args(["--admin", ADMINISTRATOR])
            .stdin(Stdio::null())
            .output()
            .context("starting `waystation init`")?;
        if !made.status.success() {
            bail!("`waystation init` ended with {}: {}", made.status, String::from_utf8_lossy(&made.stderr));
        }
        installation.administrator_password = told_password(&made)?;
        let made = installation
            .command("user")
            .args(["add", SECOND, "--role", "administrator"])
            .output()
            .context("starting `waystation user add`")?;
        installation.second_password = told_password(&made)?;
        Ok(installation)
    }

    /// The administrator's password, as `init` told it.
    pub fn administrator_password(&self) -> &str {
        &self.administrator_password
    }

    /// That of a second one.
    pub fn second_password(&self) -> &str {
        &self.second_password
    }

    /// Where the database is, for a connection of one's own.
    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    /// Its keys, for rows that are put beside those of the server.
    pub fn keyring(&self) -> Result<Arc<Keyring>> {
        let flags = Flags { data: Some(self.data()), ..Flags::default() };
        let variables = BTreeMap::from([("DATABASE_URL".to_owned(), self.database_url.clone())]);
        Ok(App::open(&Config::read(&flags, &variables)?)?.keyring)
    }

    /// What gives every key another version, or carries on with that.
    pub fn rotate_keys(&self, carry_on: bool) -> Command {
        let mut command = self.command("key");
        command.args(["rotate", if carry_on { "--resume" } else { "--all" }]);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// Where its files are.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Starts the server and waits until it is ready.
    pub async fn start(&self) -> Result<Server> {
        let address = free_address()?;
        let log = self.directory.path().join("server.log");
        let child = self
            .command("serve")
            .args(["--listen", &address.to_string()])
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log)?)
            .spawn()
            .context("starting `waystation serve`")?;
        let mut server = Server { child: Some(child), address, log };
        server.wait_until_ready().await?;
        Ok(server)
    }

    /// What of it the server knows.
    fn known(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let help = Command::new(&self.binary).args(["serve", "--help"]).output();
        let help =
            help.map_or_else(|_| String::new(), |help| String::from_utf8_lossy(&help.stdout).into_owned());
        TOLD.into_iter().filter(move |(name, _)| help.contains(name))
    }

    fn command(&self, subcommand: &str) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .arg(subcommand)
            .current_dir(self.directory.path())
            .stdin(Stdio::null())
            .env("WAYSTATION_DATA", self.data())
            .env("DATABASE_URL", &self.database_url)
            // Only what went wrong: a line for every request would be measured too.
            .env("WAYSTATION_LOG", "warn");
        command.envs(self.known());
        if let Some(micros) = self.slow_commit {
            command.env("WAYSTATION_SLOW_COMMIT_MICROS", micros.to_string());
        }
        command
    }
}

/// The password that a command has made and told.
fn told_password(made: &Output) -> Result<String> {
    let told = String::from_utf8_lossy(&made.stdout);
    let password = told.lines().find_map(|line| line.trim().strip_prefix("password"));
    let password = password.and_then(|rest| rest.split_whitespace().next());
    let failed = || format!("no password was told: {}", String::from_utf8_lossy(&made.stderr));
    password.map(ToOwned::to_owned).with_context(failed)
}

/// A running server; killed when dropped, so that a failed run leaves none behind.
pub struct Server {
    child: Option<Child>,
    /// Where it listens.
    pub address: SocketAddr,
    log: PathBuf,
}

impl Server {
    /// Its process.
    pub fn process(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    /// Ends it in order.
    pub fn stop(mut self) -> Result<()> {
        match self.child.take() {
            Some(mut child) => process::stop(&mut child).with_context(|| self.last_words()),
            None => Ok(()),
        }
    }

    async fn wait_until_ready(&mut self) -> Result<()> {
        let ready = Request::new("GET", "/ready", None, &[], None);
        let deadline = Instant::now() + Duration::from_secs(60);
        while Instant::now() < deadline {
            if let Some(status) = self.child.as_mut().map(Child::try_wait).transpose()?.flatten() {
                bail!("the server ended with {status}: {}", self.last_words());
            }
            if let Ok(mut connection) = Connection::open(self.address).await
                && connection.send(&ready).await.is_ok_and(|answer| answer.status == 200)
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("the server was not ready within a minute: {}", self.last_words());
    }

    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let start = log.char_indices().rev().nth(2_000).map_or(0, |(index, _)| index);
        log[start..].to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // It has ended already, or ends now; there is nobody left to tell.
            if child.kill().is_ok() {
                child.wait().ok();
            }
        }
    }
}

/// A port that was free a moment ago.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
