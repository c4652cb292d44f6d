//! A witness of audit logs: keeps the last checkpoint of each log that it watches, and signs a newer one when that log
//! has proved that it only grew (C2SP tlog-witness, tlog-cosignature).
//!
//! It runs on a machine of somebody who does not run the log, and stands on the [offline verifier](crate::verifier)
//! alone: nothing of the server is imported here.

pub mod add;
pub mod client;
pub mod cosign;
mod files;
pub mod key;
pub mod request;
pub mod server;
pub mod state;
pub mod watch;
#[cfg(test)]
mod witness_tests;

pub use key::WitnessKey;
pub use request::AddCheckpoint;
pub use state::State;
