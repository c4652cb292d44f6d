//! The integration tests: real requests through the real router on a private database.
//!
//! They run on SQLite; with `TEST_DATABASE_URL` naming a PostgreSQL server, on that.

mod cases;
mod common;
mod records;
