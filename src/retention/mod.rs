//! Erasing a person: asked by one, decided by another, carried out when a week has passed and nobody objected.
//!
//! What becomes of each table's rows is said in `cases::holdings`; what is left is coarse statistics, and a
//! certificate that names the entry of the log. A legal hold stops it as long as it stands.

pub mod api;
mod certificate;
pub mod codes;
mod due;
mod erase;
mod holding;
pub mod holds;
pub(crate) mod model;
pub mod rules;
pub(crate) mod store;

pub use due::{Done, run};
pub(crate) use erase::erase_again;
pub(crate) use holding::{ERASURES, HOLDS};
pub use model::ErasureId;

use chrono::TimeDelta;

/// From the decision until it is carried out: time to object.
pub const OBJECTIONS: TimeDelta = TimeDelta::days(7);
