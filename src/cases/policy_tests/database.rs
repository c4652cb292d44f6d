//! A database of the test's own: an SQLite file, or with `TEST_DATABASE_URL` one on that PostgreSQL
//! server.

use std::sync::Arc;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use tempfile::TempDir;

use crate::clock::Clock;
use crate::crypto::{Keyring, RootKey};
use crate::db::types::Timestamp;
use crate::db::url::DatabaseUrl;
use crate::db::{Db, migrate};

/// A database that goes with the test.
pub(in crate::cases) struct TestDatabase {
    clock: Clock,
    place: Place,
}

enum Place {
    Sqlite { _directory: TempDir },
    Postgres { server: String, name: String },
}

impl TestDatabase {
    /// A migrated, empty database, open.
    pub(in crate::cases) fn open() -> (Self, Db) {
        let (url, place) = match server() {
            None => {
                let directory = tempfile::tempdir().unwrap();
                let url = DatabaseUrl::in_directory(directory.path());
                migrate::create_file(&url).unwrap();
                (url, Place::Sqlite { _directory: directory })
            }
            Some(server) => {
                let name = format!("waystation_policy_{}", crate::access::CaseId::generate());
                let mut admin = PgConnection::establish(&server).unwrap();
                admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
                let (address, _) = server.rsplit_once('/').unwrap();
                let url = DatabaseUrl::parse(&format!("{address}/{name}"), false).unwrap();
                (url, Place::Postgres { server, name })
            }
        };
        migrate::run(&url).unwrap();
        let clock = Clock::fixed("2026-03-02T10:00:00Z".parse().unwrap());
        let (keyring, _) = Keyring::create(&RootKey::generate(), "test").unwrap();
        let db = Db::open(&url, Arc::new(keyring), clock.clone()).unwrap();
        (Self { clock, place }, db)
    }

    /// The moment, which stands still.
    pub(in crate::cases) fn now(&self) -> Timestamp {
        self.clock.now()
    }
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

#[expect(clippy::disallowed_methods, reason = "the tests' own setting")]
fn server() -> Option<String> {
    std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty())
}
