//! Which database: parsed and checked once, before anything is opened.

use std::path::{Path, PathBuf};

pub use super::postgres_url::PostgresUrl;

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
    /// Two readers could read two things.
    #[error(
        "DATABASE_URL is not an address of PostgreSQL: it must be postgres://USER:PASSWORD@HOST:PORT/NAME?PARAMETER=VALUE. \
         Within a part write `@ : / ? & = %` and spaces as `%` and two digits, such as %40 for `@`"
    )]
    Malformed,
    /// What counts would stand elsewhere.
    #[error(
        "DATABASE_URL has the parameter {0}, which changes in another place where or how PostgreSQL is reached: leave it \
         out, and write host, port, name, user and sslmode themselves"
    )]
    Indirect(&'static str),
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
            if rest.is_empty() {
                return Err(UrlError::Empty);
            }
            let server = PostgresUrl::parse(rest)?;
            if !allow_plain && !server.is_local() && !server.is_verified() {
                return Err(UrlError::PlainLink);
            }
            return Ok(Self::Postgres(server));
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

    /// A file beside it, under its name and an ending.
    pub(super) fn beside(&self, end: &str) -> Self {
        Self(super::sqlite_file::beside(&self.0, end))
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
            "postgres://u@localhost/w?%68ost=db.example",
            "postgres://localhost:x?@db.example/w",
            "postgres://localhost%2Cdb.example/w",
            "postgres://u@db.example/w?sslmode=verify-full&sslmode=prefer",
            "postgres://u@db.example/w?sslmode=verify-full&ssl=true",
            "postgres://u@127.1/w",
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
            "postgres://u@127.8.8.8/w?hostaddr=127.0.0.1",
            "postgres://u@db.example/w?sslmode=verify-full&sslrootcert=ca.pem",
        ] {
            assert!(DatabaseUrl::parse(text, false).is_ok(), "{text}");
        }
    }
}
