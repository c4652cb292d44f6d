//! The integration tests: real requests through the real router on a private database.
//!
//! They run on SQLite; with `TEST_DATABASE_URL` naming a PostgreSQL server, on that.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails here")]

mod audit_log;
mod cases;
mod common;
mod concurrency;
mod faults;
mod full_disk;
mod idempotency;
mod kill;
mod plaintext;
mod records;
mod schema;
