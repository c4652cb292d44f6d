//! Emergency access ("break-glass"): whoever is of a case's hub opens it for an hour, alone, with a reason. Its
//! coordinators are told at once, and an auditor must review it.
//!
//! What it opens is said by the permission table: every row with `in_emergency`. It reads and never writes.

pub mod api;
pub mod codes;
mod holding;
mod model;
pub mod reviews;
pub mod rules;
pub(crate) mod store;
mod unreviewed;

pub(crate) use holding::HOLDING;
pub use model::EmergencyAccessId;
pub use unreviewed::{Unreviewed, count, remind};
