//! Which database: parsed and checked once, before anything is opened.

use std::path::{Path, PathBuf};

/// A checked `DATABASE_URL`.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file on this machine.
    Sqlite(SqlitePath),
    /// A PostgreSQL server.
    Postgres(PostgresUrl),
}

/// Path of an SQLite database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlitePath(PathBuf);

/// A connection string; not printable, it may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(String);

/// Why a `DATABASE_URL` is refused. Never holds the URL itself.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum UrlError {
    /// Nothing that we know.
    #[error(
        "DATABASE_URL is `{0}://…`: use a path or sqlite://PATH for SQLite, postgres://USER@HOST/NAME for PostgreSQL"
    )]
    UnknownScheme(String),
    /// No path or no name.
    #[error(
        "DATABASE_URL names no database: use a path such as ./waystation-data/waystation.db, or postgres://USER@HOST/NAME"
    )]
    Empty,
    /// A link over the network that others may read or answer.
    #[error(
        "DATABASE_URL reaches PostgreSQL on another machine without sslmode=verify-full: others could read or answer in its place. \
         Add ?sslmode=verify-full&sslrootcert=FILE, or, where the network itself is protected, set WAYSTATION_ALLOW_PLAIN_DATABASE_LINK=1"
    )]
    PlainLink,
}

impl DatabaseUrl {
    /// Parses; `allow_plain` is the operator's word that the network to PostgreSQL is protected.
    pub fn parse(text: &str, allow_plain: bool) -> Result<Self, UrlError> {
        if let Some(rest) = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://")) {
            let server = PostgresUrl(text.to_owned());
            return match rest {
                "" => Err(UrlError::Empty),
                _ if !allow_plain && !server.is_local() && !server.is_verified() => Err(UrlError::PlainLink),
                _ => Ok(Self::Postgres(server)),
            };
        }
        let path = match text.strip_prefix("sqlite://") {
            Some(path) => path,
            None => match text.split_once("://") {
                Some((scheme, _)) => return Err(UrlError::UnknownScheme(scheme.chars().take(20).collect())),
                None => text,
            },
        };
        if path.is_empty() {
            return Err(UrlError::Empty);
        }
        Ok(Self::Sqlite(SqlitePath(PathBuf::from(path))))
    }

    /// The database of a data directory.
    #[must_use]
    pub fn in_directory(directory: &Path) -> Self {
        Self::Sqlite(SqlitePath(directory.join("waystation.db")))
    }

    /// Which of the two, for a person.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }
}

impl SqlitePath {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A URI that never creates the file: a mistyped path must not become an empty database.
    /// Readers open it read-write too: a read-only connection cannot recover a write-ahead log.
    pub(super) fn to_uri(&self) -> String {
        let path: String = self
            .0
            .to_string_lossy()
            .chars()
            .flat_map(|c| match c {
                '%' | '?' | '#' => format!("%{:02X}", c as u32).chars().collect::<Vec<_>>(),
                other => vec![other],
            })
            .collect();
        format!("file:{path}?mode=rw")
    }
}

impl PostgresUrl {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        let (_, query) = self.0.split_once('?')?;
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value)
            .next_back()
    }

    fn is_verified(&self) -> bool {
        self.parameter("sslmode") == Some("verify-full")
    }

    /// Every host named is a socket or a loopback address.
    fn is_local(&self) -> bool {
        let authority = self.0.split_once("://").map_or("", |(_, rest)| rest);
        let authority = authority.split(['/', '?']).next().unwrap_or("");
        let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
        let named = [self.parameter("host"), self.parameter("hostaddr")];
        hosts.split(',').chain(named.into_iter().flatten().flat_map(|list| list.split(','))).all(|host| {
            let host = host
                .strip_prefix('[')
                .and_then(|rest| rest.split_once(']'))
                .map_or_else(|| host.split(':').next().unwrap_or(""), |(inside, _)| inside);
            host.is_empty()
                || host.starts_with('/')
                || host.to_ascii_lowercase().starts_with("%2f")
                || matches!(host, "localhost" | "::1")
                || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_sqlite_urls_name_a_file() {
        for text in ["data/w.db", "sqlite://data/w.db"] {
            assert!(
                matches!(DatabaseUrl::parse(text, false), Ok(DatabaseUrl::Sqlite(path)) if path.path() == Path::new("data/w.db"))
            );
        }
    }

    #[test]
    fn a_mistyped_scheme_is_refused() {
        assert_eq!(
            DatabaseUrl::parse("mysql://x", false).err(),
            Some(UrlError::UnknownScheme("mysql".into()))
        );
        assert_eq!(DatabaseUrl::parse("postgres://", false).err(), Some(UrlError::Empty));
        assert_eq!(DatabaseUrl::parse("", false).err(), Some(UrlError::Empty));
    }

    #[test]
    fn a_plain_link_to_another_machine_is_refused_unless_allowed_by_name() {
        for text in [
            "postgres://u:p@db.example/w",
            "postgres://u@10.0.0.5:5432/w?sslmode=require",
            "postgres://u@localhost/w?host=db.example",
            "postgres://u@localhost,db.example/w",
            "postgres://u@localhost/w?host=localhost&hostaddr=10.0.0.5",
            "postgres://u@127.0.0.1.example.org:5432/w?sslmode=verify-ca",
        ] {
            assert_eq!(DatabaseUrl::parse(text, false).err(), Some(UrlError::PlainLink), "{text}");
            assert!(DatabaseUrl::parse(text, true).is_ok());
        }
    }

    #[test]
    fn a_local_or_verified_link_is_taken() {
        for text in [
            "postgres:///w?host=/run/postgresql",
            "postgres://u@localhost:5433/w",
            "postgres://u@[::1]:5433/w",
            "postgres://u@%2Frun%2Fpg/w",
            "postgres://u@db.example/w?sslmode=verify-full&sslrootcert=ca.pem",
        ] {
            assert!(DatabaseUrl::parse(text, false).is_ok(), "{text}");
        }
    }
}
