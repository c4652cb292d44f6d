//! The integration tests: real requests through the real router on a private database.
//!
//! They run on SQLite; with `TEST_DATABASE_URL` naming a PostgreSQL server, on that.

#![allow(clippy::pedantic, reason = "a test is read from top to bottom, and written so")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails here")]

mod access_matrix;
mod accounts;
mod anchors;
mod architecture;
mod asylum;
mod audit;
mod audit_log;
mod audit_questions;
mod audit_seen;
mod audit_unusual;
mod audit_verify;
mod bad_input;
mod bodies;
mod cases;
mod checkpoint_age;
mod code_columns;
mod code_lists;
mod common;
mod completeness;
mod concurrency;
mod copies;
mod demo;
mod faults;
mod full_disk;
mod fuzz;
mod headers;
mod hubs;
mod idempotency;
mod init;
mod journeys;
mod kill;
mod leaving;
mod lists;
mod log_key;
mod migrations;
mod names;
mod nul;
mod patches;
mod plaintext;
mod publishing;
mod query_plans;
mod records;
mod reports;
mod resettlement;
mod restriction;
mod schema;
mod shelters;
mod standing;
mod startup;
mod stays;
mod steps;
mod tampering;
mod team;
mod tls;
mod transparency;
mod two_servers;
mod unreadable;
mod verify_state;
mod waiting;
mod walk;
mod withheld;
mod witness;
mod witnesses;
