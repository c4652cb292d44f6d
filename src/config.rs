//! The configuration: read once from the command line and the environment, checked, passed on.
//!
//! The command line wins over the environment. What is doubtful stops the start: a variable that
//! nobody reads, a key beside an open door, a plain link to the database.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;

use crate::access::{FactorRule, Role};
use crate::accounts::idle;
use crate::audit::copies::{CopyTarget, NoTarget};
use crate::crypto::RootKeySource;
use crate::db::sqlite_file::beside;
use crate::db::url::{DatabaseUrl, UrlError};
use crate::http::client_address::TrustedProxies;
use crate::keyholders::Keyholders;
use crate::notices::mail::config::{self as mail, MailConfig, MailServer};
use crate::readings::{NoBudget, ReadingBudget};
use crate::retention;

/// What may be said on the command line instead of in the environment.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Flags {
    /// Directory of the database and the root key [env: WAYSTATION_DATA; default: ./waystation-data]
    #[arg(long, value_name = "DIR", global = true)]
    pub data: Option<PathBuf>,
    /// File of the root key [env: WAYSTATION_ROOT_KEY_FILE; default: root.key in the data directory]
    #[arg(long, value_name = "FILE", global = true)]
    pub root_key_file: Option<PathBuf>,
    /// Address to serve on, which only `serve` takes.
    #[arg(skip)]
    pub listen: Option<String>,
}

/// Everything the program is told. The variables, all of them:
///
/// | variable | meaning | default |
/// | --- | --- | --- |
/// | `DATABASE_URL` | a path for SQLite, or `postgres://USER@HOST/NAME` | `waystation.db` in the data directory |
/// | `WAYSTATION_DATA` | directory of the database and the root key | `./waystation-data` |
/// | `WAYSTATION_LISTEN` | address to serve on | `127.0.0.1:8080` |
/// | `WAYSTATION_METRICS_LISTEN` | address of this machine to serve figures for a monitor on | |
/// | `WAYSTATION_ROOT_KEY_FILE` | file of the root key | `root.key` in the data directory |
/// | `WAYSTATION_ROOT_KEY` | the root key itself, instead of a file | |
/// | `WAYSTATION_ROOT_KEY_PASSPHRASE_FILE` | file of the root key under a passphrase, instead | |
/// | `WAYSTATION_ROOT_KEY_SHARES` | `1`: the root key is put together from shares of people, instead | |
/// | `WAYSTATION_ALLOW_KEY_FILE` | `1`: a key file is allowed though others can reach the address | |
/// | `WAYSTATION_ALLOW_PLAIN_DATABASE_LINK` | `1`: the network to PostgreSQL is protected otherwise | |
/// | `WAYSTATION_WORKERS` | worker threads, 1 to 256 | one a core |
/// | `WAYSTATION_LOG` | `error`, `warn`, `info`, `debug`, or a filter such as `waystation=debug` | `info` |
/// | `WAYSTATION_LOG_FORMAT` | `human` or `json` | `human` on a terminal |
/// | `WAYSTATION_AUDIT_COPY` | a copy of the audit log as it grows: `file:PATH` or `syslog:/dev/log` | |
/// | `WAYSTATION_AUDIT_COPY_REQUIRED` | `1`: nothing is answered before its entry is copied | |
/// | `WAYSTATION_RETENTION` | days that closed cases are kept, by outcome: `settled=1825,withdrew=365`; then it is asked that their persons be erased | for good |
/// | `WAYSTATION_OBJECTION_DAYS` | days from the decision to erase a person until it is carried out, 3 to 90 | 7 |
/// | `WAYSTATION_SECOND_FACTOR_FOR` | roles that need a second factor beside coordinators, auditors and administrators: `caseworker`, `reader`, or both with a comma between | |
/// | `WAYSTATION_ALLOW_PASSWORD_ALONE` | `1`: nobody needs a second factor; for trials, never for a network with people in it | |
/// | `WAYSTATION_IDLE_DAYS` | days without a login after which an account is suspended, 1 to 3650; `0`: never | 90 |
/// | `WAYSTATION_READING_BUDGET` | of how many different cases a user opens something sealed within an hour and a day before a coordinator is asked: `HOUR,DAY` | `30,100` |
/// | `WAYSTATION_SMTP` | a mail server that tells people that something waits: `smtps://USER:PASSWORD@HOST`, or `smtp://` for STARTTLS | |
/// | `WAYSTATION_SMTP_FROM` | from whom those messages are, such as `post@example.org` | |
/// | `WAYSTATION_SMTP_AUTHORITIES` | file of the authorities (PEM) that certify the mail server | those of this machine |
/// | `WAYSTATION_SMTP_TEXT` | all that a message says, its subject included | `Something waits for you.` |
/// | `WAYSTATION_TRUSTED_PROXIES` | addresses of the proxies whose `X-Forwarded-For` is believed, such as `10.0.0.1,::1` | |
/// | `WAYSTATION_AUDIT_POLICY` | file of the witnesses of the audit log (C2SP tlog-policy) | |
///
/// Any other variable that begins with `WAYSTATION_` stops the start. With PostgreSQL, so does a variable
/// of libpq's, such as `PGHOST`, that would add to the address; `PGPASSWORD` and `PGPASSFILE` are followed.
#[derive(Clone)]
pub struct Config {
    /// The database.
    pub database: DatabaseUrl,
    /// Directory of the database and the root key.
    pub data: PathBuf,
    /// Address to serve on.
    pub listen: SocketAddr,
    /// Address to serve figures for a monitor on.
    pub metrics: Option<SocketAddr>,
    /// Where the root key comes from.
    pub root_key: RootKeySource,
    /// Who is asked for it, where people have it.
    pub keyholders: Keyholders,
    /// Where the audit log is copied to as it grows.
    pub copy: Option<CopyTarget>,
    /// Which witnesses watch the audit log: a file of C2SP tlog-policy.
    pub policy: Option<PathBuf>,
    /// How long people whose cases are closed are kept.
    pub retention: retention::Policy,
    /// Which roles need a second factor.
    pub factors: FactorRule,
    /// Of how many cases one user opens something sealed.
    pub reading_budget: ReadingBudget,
    /// How long an account may lie idle before it is suspended.
    pub longest_idle: Option<TimeDelta>,
    /// By whom people are told that something waits.
    pub mail: Option<MailConfig>,
    /// Who may say where a request comes from.
    pub proxies: TrustedProxies,
    /// Worker threads.
    pub workers: usize,
    /// What is logged.
    pub log: String,
    /// How it is logged; `None` to see by the terminal.
    pub log_format: Option<LogFormat>,
    allow_key_file: bool,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Human,
    /// A JSON object a line.
    Json,
}

/// Why the configuration is refused. Never holds a value: it may be a key or a password.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConfigError {
    /// Nobody reads it: a mistyped name must not look like a setting that holds.
    #[error("the variable {0} is set and means nothing; correct its name, or unset it. There are: {known}", known = KNOWN.join(", "))]
    Unknown(String),
    /// Not UTF-8.
    #[error("the variable {0} is not valid UTF-8")]
    NotText(String),
    /// Not one of what it may be.
    #[error("{name} must be {wanted}")]
    Invalid {
        /// The flag or variable.
        name: &'static str,
        /// What would be right.
        wanted: &'static str,
    },
    /// Two keys.
    #[error(
        "more than one root key is given; of WAYSTATION_ROOT_KEY, WAYSTATION_ROOT_KEY_FILE (or --root-key-file), \
         WAYSTATION_ROOT_KEY_PASSPHRASE_FILE and WAYSTATION_ROOT_KEY_SHARES keep the one that is meant"
    )]
    TwoKeys,
    /// The database.
    #[error(transparent)]
    Database(#[from] UrlError),
    /// A variable of libpq's.
    #[error(
        "the variable {0} is set, and would change where or how PostgreSQL is reached past what DATABASE_URL says: unset it, \
         and write what it is meant to say into DATABASE_URL"
    )]
    Overriding(String),
    /// A key on the disk of a machine that others reach.
    #[error(
        "{0} can be reached by other machines, and the root key lies in a file beside the server: who takes the disk has \
         the key. Give the key in WAYSTATION_ROOT_KEY, or, where that is understood, set WAYSTATION_ALLOW_KEY_FILE=1"
    )]
    ExposedKeyFile(SocketAddr),
}

const ROOT_KEY: &str = "WAYSTATION_ROOT_KEY";
const KNOWN: &[&str] = &[
    "WAYSTATION_ALLOW_KEY_FILE",
    "WAYSTATION_ALLOW_PASSWORD_ALONE",
    "WAYSTATION_ALLOW_PLAIN_DATABASE_LINK",
    "WAYSTATION_AUDIT_COPY",
    "WAYSTATION_AUDIT_COPY_REQUIRED",
    "WAYSTATION_AUDIT_POLICY",
    "WAYSTATION_DATA",
    "WAYSTATION_IDLE_DAYS",
    "WAYSTATION_LISTEN",
    "WAYSTATION_LOG",
    "WAYSTATION_LOG_FORMAT",
    "WAYSTATION_METRICS_LISTEN",
    "WAYSTATION_OBJECTION_DAYS",
    "WAYSTATION_READING_BUDGET",
    "WAYSTATION_RETENTION",
    ROOT_KEY,
    "WAYSTATION_ROOT_KEY_FILE",
    "WAYSTATION_ROOT_KEY_PASSPHRASE_FILE",
    "WAYSTATION_ROOT_KEY_SHARES",
    "WAYSTATION_SECOND_FACTOR_FOR",
    "WAYSTATION_SMTP",
    "WAYSTATION_SMTP_AUTHORITIES",
    "WAYSTATION_SMTP_FROM",
    "WAYSTATION_SMTP_TEXT",
    "WAYSTATION_TRUSTED_PROXIES",
    "WAYSTATION_WORKERS",
];
/// Read by the benchmark's own feature; without it, it means nothing and is refused.
#[cfg(feature = "slow-commit")]
const BENCHMARK: &str = "WAYSTATION_SLOW_COMMIT_MICROS";
#[cfg(not(feature = "slow-commit"))]
const BENCHMARK: &str = "";

impl Config {
    /// Reads the process's environment.
    pub fn from_environment(flags: &Flags) -> Result<Self, ConfigError> {
        let mut variables = BTreeMap::new();
        for (name, value) in std::env::vars_os() {
            let Ok(name) = name.into_string() else { continue };
            if name.starts_with("PG") {
                // That it is set is enough to know; one of them is a password.
                variables.insert(name, String::new());
            } else if name == "DATABASE_URL" || name.starts_with("WAYSTATION_") {
                let value = value.into_string().map_err(|_| ConfigError::NotText(name.clone()))?;
                variables.insert(name, value);
            }
        }
        Self::read(flags, &variables)
    }

    /// Reads flags and variables.
    pub fn read(flags: &Flags, variables: &BTreeMap<String, String>) -> Result<Self, ConfigError> {
        refuse_unknown(variables)?;
        let variable = |name: &str| variables.get(name).map(String::as_str);
        let data = flags
            .data
            .clone()
            .or_else(|| variable("WAYSTATION_DATA").map(PathBuf::from))
            .unwrap_or_else(|| PathBuf::from("waystation-data"));
        let allow_plain = switch(variables, "WAYSTATION_ALLOW_PLAIN_DATABASE_LINK")?;
        let database = match variable("DATABASE_URL") {
            Some(url) => DatabaseUrl::parse(url, allow_plain)?,
            None => DatabaseUrl::in_directory(&data),
        };
        refuse_overriding(&database, variables)?;
        let listen = flags.listen.as_deref().or(variable("WAYSTATION_LISTEN")).unwrap_or("127.0.0.1:8080");
        Ok(Self {
            database,
            listen: listen.parse().map_err(|_| ConfigError::Invalid {
                name: "--listen (or WAYSTATION_LISTEN)",
                wanted: "an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080",
            })?,
            metrics: variable("WAYSTATION_METRICS_LISTEN").map(metrics).transpose()?,
            root_key: root_key(flags, &data, variables)?,
            keyholders: Keyholders::nobody(),
            copy: copy(variables)?,
            policy: variable("WAYSTATION_AUDIT_POLICY").map(PathBuf::from),
            retention: retention(variables)?,
            factors: factors(variables)?,
            longest_idle: longest_idle(variable("WAYSTATION_IDLE_DAYS"))?,
            reading_budget: variable("WAYSTATION_READING_BUDGET")
                .map(reading_budget)
                .transpose()?
                .unwrap_or_default(),
            mail: mail_config(variables)?,
            proxies: variable("WAYSTATION_TRUSTED_PROXIES").map(proxies).transpose()?.unwrap_or_default(),
            workers: workers(variable("WAYSTATION_WORKERS"))?,
            log: variable("WAYSTATION_LOG").unwrap_or("info").to_owned(),
            log_format: log_format(variable("WAYSTATION_LOG_FORMAT"))?,
            allow_key_file: switch(variables, "WAYSTATION_ALLOW_KEY_FILE")?,
            data,
        })
    }

    /// The file of the log's newest checkpoint: beside the database, and no part of it.
    #[must_use]
    pub fn kept_checkpoint(&self) -> PathBuf {
        match &self.database {
            DatabaseUrl::Sqlite(file) => beside(file.path(), ".log-checkpoint"),
            DatabaseUrl::Postgres(_) => self.data.join("log-checkpoint"),
        }
    }

    /// The file that says how far the copy of the log was sent, where the target cannot be asked.
    #[must_use]
    pub fn copy_sent(&self) -> PathBuf {
        match &self.database {
            DatabaseUrl::Sqlite(file) => beside(file.path(), ".log-sent"),
            DatabaseUrl::Postgres(_) => self.data.join("log-sent"),
        }
    }

    /// For whoever is about to listen: refuses a key file where other machines can reach the server.
    pub fn refuse_exposed_key_file(&self) -> Result<(), ConfigError> {
        let in_file = matches!(self.root_key, RootKeySource::File(_));
        if in_file && !self.allow_key_file && !self.listen.ip().is_loopback() {
            return Err(ConfigError::ExposedKeyFile(self.listen));
        }
        Ok(())
    }
}

fn root_key(
    flags: &Flags,
    data: &Path,
    variables: &BTreeMap<String, String>,
) -> Result<RootKeySource, ConfigError> {
    let path = |name: &str| variables.get(name).map(PathBuf::from);
    let file = flags.root_key_file.clone().or_else(|| path("WAYSTATION_ROOT_KEY_FILE"));
    let given = [
        variables.get(ROOT_KEY).map(|_| RootKeySource::Environment(ROOT_KEY.to_owned())),
        file.map(RootKeySource::File),
        path("WAYSTATION_ROOT_KEY_PASSPHRASE_FILE").map(RootKeySource::Passphrase),
        switch(variables, "WAYSTATION_ROOT_KEY_SHARES")?.then_some(RootKeySource::Shares),
    ];
    let mut given = given.into_iter().flatten();
    match (given.next(), given.next()) {
        (_, Some(_)) => Err(ConfigError::TwoKeys),
        (Some(one), None) => Ok(one),
        (None, None) => Ok(RootKeySource::File(data.join("root.key"))),
    }
}

fn refuse_unknown(variables: &BTreeMap<String, String>) -> Result<(), ConfigError> {
    let unknown = variables.keys().find(|name| {
        name.starts_with("WAYSTATION_") && !KNOWN.contains(&name.as_str()) && name.as_str() != BENCHMARK
    });
    unknown.map_or(Ok(()), |name| Err(ConfigError::Unknown(name.clone())))
}

/// libpq follows variables of its own: what it would find there is not what was checked.
fn refuse_overriding(
    database: &DatabaseUrl,
    variables: &BTreeMap<String, String>,
) -> Result<(), ConfigError> {
    let DatabaseUrl::Postgres(server) = database else { return Ok(()) };
    let overriding = server.overridden_by(variables.keys().map(String::as_str));
    overriding.map_or(Ok(()), |name| Err(ConfigError::Overriding(name.to_owned())))
}

fn switch(variables: &BTreeMap<String, String>, name: &'static str) -> Result<bool, ConfigError> {
    match variables.get(name).map(String::as_str) {
        None | Some("0") => Ok(false),
        Some("1") => Ok(true),
        Some(_) => Err(ConfigError::Invalid { name, wanted: "1 or 0" }),
    }
}

fn copy(variables: &BTreeMap<String, String>) -> Result<Option<CopyTarget>, ConfigError> {
    let required = switch(variables, "WAYSTATION_AUDIT_COPY_REQUIRED")?;
    let wrong = ConfigError::Invalid {
        name: "WAYSTATION_AUDIT_COPY",
        wanted: "a file, as file:/var/log/waystation/audit.jsonl, or syslog, as syslog:/dev/log",
    };
    match variables.get("WAYSTATION_AUDIT_COPY").map(|text| text.parse::<CopyTarget>()) {
        Some(Ok(target)) => Ok(Some(target.requiring(required))),
        Some(Err(NoTarget)) => Err(wrong),
        None if required => Err(wrong),
        None => Ok(None),
    }
}

/// Who sees how much is recorded when sees when people work: not for other machines.
fn metrics(text: &str) -> Result<SocketAddr, ConfigError> {
    text.parse().ok().filter(|address: &SocketAddr| address.ip().is_loopback()).ok_or(ConfigError::Invalid {
        name: "WAYSTATION_METRICS_LISTEN",
        wanted: "an address of this machine alone and a port, such as 127.0.0.1:9464",
    })
}

fn retention(variables: &BTreeMap<String, String>) -> Result<retention::Policy, ConfigError> {
    let mut policy = retention::Policy::default();
    if let Some(text) = variables.get("WAYSTATION_OBJECTION_DAYS") {
        policy.objections = retention::Policy::objections(text).ok_or(ConfigError::Invalid {
            name: "WAYSTATION_OBJECTION_DAYS",
            wanted: retention::policy::WANTED_OBJECTIONS,
        })?;
    }
    if let Some(text) = variables.get("WAYSTATION_RETENTION") {
        policy.rules = retention::Policy::rules(text).ok_or(ConfigError::Invalid {
            name: "WAYSTATION_RETENTION",
            wanted: retention::policy::WANTED_RULES,
        })?;
    }
    Ok(policy)
}

fn factors(variables: &BTreeMap<String, String>) -> Result<FactorRule, ConfigError> {
    let wrong = || ConfigError::Invalid {
        name: "WAYSTATION_SECOND_FACTOR_FOR",
        wanted: "roles, each once, such as caseworker,reader; it says nothing beside WAYSTATION_ALLOW_PASSWORD_ALONE=1",
    };
    let more = variables.get("WAYSTATION_SECOND_FACTOR_FOR");
    if switch(variables, "WAYSTATION_ALLOW_PASSWORD_ALONE")? {
        return more.map_or(Ok(FactorRule::nobody()), |_| Err(wrong()));
    }
    let mut named = Vec::new();
    for role in more.iter().flat_map(|roles| roles.split(',')) {
        let role: Role = role.trim().parse().map_err(|_| wrong())?;
        if named.contains(&role) {
            return Err(wrong());
        }
        named.push(role);
    }
    Ok(named.into_iter().fold(FactorRule::standard(), FactorRule::and))
}

fn longest_idle(text: Option<&str>) -> Result<Option<TimeDelta>, ConfigError> {
    let wrong =
        || ConfigError::Invalid { name: "WAYSTATION_IDLE_DAYS", wanted: "a number of days, 1 to 3650, or 0" };
    let Some(text) = text else { return Ok(Some(idle::USUAL)) };
    match text.parse() {
        Ok(0) => Ok(None),
        Ok(days @ 1..=3650) => Ok(Some(TimeDelta::days(days))),
        _ => Err(wrong()),
    }
}

fn reading_budget(text: &str) -> Result<ReadingBudget, ConfigError> {
    text.parse().map_err(|NoBudget| ConfigError::Invalid {
        name: "WAYSTATION_READING_BUDGET",
        wanted: "two numbers of cases, within an hour and within a day, such as 30,100; the second not smaller, up to 1000000",
    })
}

fn mail_config(variables: &BTreeMap<String, String>) -> Result<Option<MailConfig>, ConfigError> {
    let variable = |name: &'static str| variables.get(name).map(String::as_str);
    let invalid = |name, wanted| ConfigError::Invalid { name, wanted };
    let alone = ["WAYSTATION_SMTP_FROM", "WAYSTATION_SMTP_AUTHORITIES", "WAYSTATION_SMTP_TEXT"];
    let Some(server) = variable("WAYSTATION_SMTP") else {
        let wanted = "unset where WAYSTATION_SMTP is not set: no mail is sent";
        return alone
            .into_iter()
            .find(|name| variables.contains_key(*name))
            .map_or(Ok(None), |name| Err(invalid(name, wanted)));
    };
    let from = variable("WAYSTATION_SMTP_FROM").and_then(|from| from.parse().ok());
    let text = variable("WAYSTATION_SMTP_TEXT").unwrap_or(mail::USUAL_TEXT);
    if text.trim().is_empty() || text.chars().count() > 200 || text.chars().any(char::is_control) {
        return Err(invalid("WAYSTATION_SMTP_TEXT", "one line of at most 200 characters"));
    }
    Ok(Some(MailConfig {
        server: MailServer::parse(server).ok_or(invalid("WAYSTATION_SMTP", mail::WANTED_SERVER))?,
        from: from.ok_or(invalid("WAYSTATION_SMTP_FROM", "an address, such as post@example.org"))?,
        authorities: variable("WAYSTATION_SMTP_AUTHORITIES").map(PathBuf::from),
        text: text.to_owned(),
    }))
}

fn proxies(text: &str) -> Result<TrustedProxies, ConfigError> {
    TrustedProxies::parse(text).ok_or(ConfigError::Invalid {
        name: "WAYSTATION_TRUSTED_PROXIES",
        wanted: "addresses, each once, such as 10.0.0.1,::1",
    })
}

fn workers(text: Option<&str>) -> Result<usize, ConfigError> {
    match text {
        None => Ok(std::thread::available_parallelism().map_or(2, std::num::NonZero::get)),
        Some(text) => text
            .parse()
            .ok()
            .filter(|count| (1..=256).contains(count))
            .ok_or(ConfigError::Invalid { name: "WAYSTATION_WORKERS", wanted: "a number from 1 to 256" }),
    }
}

fn log_format(text: Option<&str>) -> Result<Option<LogFormat>, ConfigError> {
    match text {
        None => Ok(None),
        Some("human") => Ok(Some(LogFormat::Human)),
        Some("json") => Ok(Some(LogFormat::Json)),
        Some(_) => Err(ConfigError::Invalid { name: "WAYSTATION_LOG_FORMAT", wanted: "human or json" }),
    }
}

#[cfg(test)]
mod tests;
