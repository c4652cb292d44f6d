//! A private database for each test: a copied file, or a PostgreSQL database from a template.

use std::sync::OnceLock;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use tempfile::TempDir;
use waystation::crypto::WrappedKey;
use waystation::db::migrate;
use waystation::db::url::DatabaseUrl;

use super::hex;

/// A database that goes when the test ends.
pub struct TestDatabase {
    /// How to reach it.
    pub url: DatabaseUrl,
    /// What a server keeps outside the database.
    outside: TempDir,
    place: Place,
}

enum Place {
    Sqlite { path: std::path::PathBuf },
    Postgres { server: String, name: String },
}

/// Either kind of connection, for raw SQL that no handler could send.
pub enum Raw {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl TestDatabase {
    /// A migrated, empty database.
    pub fn create() -> Self {
        match server() {
            None => Self::sqlite(),
            Some(server) => Self::postgres(server),
        }
    }

    /// A migrated, empty database of SQLite, and one of PostgreSQL where the tests have a server.
    pub fn of_each_kind() -> Vec<Self> {
        let ours = Self::create();
        if ours.is_postgres() { vec![Self::sqlite(), ours] } else { vec![ours] }
    }

    /// As [`of_each_kind`](Self::of_each_kind), without any table.
    pub fn empty_of_each_kind() -> Vec<Self> {
        let ours = Self::empty();
        if ours.is_postgres() { vec![Self::empty_sqlite(), ours] } else { vec![ours] }
    }

    /// A database without any table.
    pub fn empty() -> Self {
        match server() {
            None => Self::empty_sqlite(),
            Some(server) => Self::copy(server, "template0"),
        }
    }

    /// A migrated SQLite file, also where the tests run on PostgreSQL.
    pub fn sqlite() -> Self {
        let template = template_file();
        let database = Self::empty_sqlite();
        std::fs::write(database.file().unwrap(), template).unwrap();
        database
    }

    /// Whether the tests run on PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self.place, Place::Postgres { .. })
    }

    /// A connection past all doors.
    pub fn raw(&self) -> Raw {
        match &self.place {
            Place::Sqlite { path, .. } => Raw::sqlite(path),
            Place::Postgres { server, name } => Raw::postgres(&in_database(server, name)),
        }
    }

    /// How another process reaches it.
    pub fn connection_string(&self) -> String {
        match &self.place {
            Place::Sqlite { path, .. } => path.to_str().unwrap().to_owned(),
            Place::Postgres { server, name } => in_database(server, name),
        }
    }

    /// Where a server keeps the newest checkpoint of the log.
    pub fn kept_checkpoint(&self) -> std::path::PathBuf {
        self.outside.path().join("log-checkpoint")
    }

    /// The SQLite file, where it is one.
    pub fn file(&self) -> Option<&std::path::Path> {
        match &self.place {
            Place::Sqlite { path, .. } => Some(path),
            Place::Postgres { .. } => None,
        }
    }

    /// An SQLite file without any table.
    pub fn empty_sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("waystation.db");
        let url = DatabaseUrl::parse(path.to_str().unwrap(), false).unwrap();
        migrate::create_file(&url).unwrap();
        Self { url, outside: directory, place: Place::Sqlite { path } }
    }

    fn postgres(server: String) -> Self {
        static TEMPLATE: OnceLock<String> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| {
            let name = format!("waystation_template_{}", std::process::id());
            let mut admin = PgConnection::establish(&server).unwrap();
            admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).unwrap();
            admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
            migrate::run(&DatabaseUrl::parse(&in_database(&server, &name), false).unwrap()).unwrap();
            name
        });
        Self::copy(server, template)
    }

    fn copy(server: String, template: &str) -> Self {
        let name = format!("waystation_test_{}", waystation::access::CaseId::generate());
        let mut admin = PgConnection::establish(&server).unwrap();
        admin.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).unwrap();
        let url = DatabaseUrl::parse(&in_database(&server, &name), false).unwrap();
        Self { url, outside: tempfile::tempdir().unwrap(), place: Place::Postgres { server, name } }
    }
}

/// The bytes of a migrated SQLite file.
fn template_file() -> &'static [u8] {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let database = TestDatabase::empty_sqlite();
        migrate::run(&database.url).unwrap();
        database.raw().execute("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        std::fs::read(database.file().unwrap()).unwrap()
    })
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Place::Postgres { server, name } = &self.place
            && let Ok(mut admin) = PgConnection::establish(server)
        {
            drop(admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        }
    }
}

impl Raw {
    /// A connection to an SQLite file.
    pub fn sqlite(path: &std::path::Path) -> Self {
        let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
        conn.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
        Self::Sqlite(conn)
    }

    /// A connection to a PostgreSQL server.
    pub fn postgres(address: &str) -> Self {
        Self::Postgres(PgConnection::establish(address).unwrap())
    }

    /// Runs SQL.
    pub fn execute(&mut self, sql: &str) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => conn.batch_execute(sql),
            Self::Postgres(conn) => conn.batch_execute(sql),
        }
    }

    /// Stores a keyring as `waystation init` does.
    pub fn store_keys(&mut self, rows: &[WrappedKey]) {
        for row in rows {
            let wrapped = match self {
                Self::Sqlite(_) => format!("X'{}'", hex(&row.wrapped)),
                Self::Postgres(_) => format!("'\\x{}'", hex(&row.wrapped)),
            };
            let (purpose, version) = (row.purpose, row.version);
            self.execute(&format!(
                "INSERT INTO keyring (purpose, version, wrapped, created_at, active_from) VALUES ('{purpose}', {version}, {wrapped}, 0, 0)"
            ))
            .unwrap();
        }
    }

    /// One number.
    pub fn count(&mut self, sql: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            n: i64,
        }
        let sql = format!("SELECT CAST(({sql}) AS BIGINT) AS n");
        let row: Count = match self {
            Self::Sqlite(conn) => diesel::sql_query(sql).get_result(conn).unwrap(),
            Self::Postgres(conn) => diesel::sql_query(sql).get_result(conn).unwrap(),
        };
        row.n
    }

    /// The texts of one column.
    pub fn texts(&mut self, sql: &str) -> Vec<String> {
        #[derive(QueryableByName)]
        struct Text {
            #[diesel(sql_type = diesel::sql_types::Text)]
            t: String,
        }
        let sql = format!("SELECT t FROM ({sql}) AS texts(t)");
        let rows: Vec<Text> = match self {
            Self::Sqlite(conn) => {
                let sql = sql.replace(" AS texts(t)", "");
                diesel::sql_query(sql).load(conn).unwrap()
            }
            Self::Postgres(conn) => diesel::sql_query(sql).load(conn).unwrap(),
        };
        rows.into_iter().map(|row| row.t).collect()
    }
}

fn server() -> Option<String> {
    super::setting("TEST_DATABASE_URL")
}

/// The same server, another database.
fn in_database(server: &str, name: &str) -> String {
    let (address, query) = server.split_once('?').map_or((server, ""), |(address, query)| (address, query));
    let (scheme, rest) = address.split_once("://").unwrap();
    let host = rest.split_once('/').map_or(rest, |(host, _)| host);
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    format!("{scheme}://{host}/{name}{query}")
}
