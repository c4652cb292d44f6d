//! Backups: the whole network in two encrypted parts and a manifest, made while it is served, and put back into an
//! empty database of either kind. The form is in `docs/BACKUP.md`.
//!
//! `rows.rs` lists the tables; `create.rs`, `verify.rs` and `restore.rs` are the three things that are done. Which
//! database it is, and how a new one becomes visible only when it is whole, is known by `db`.

mod bytes;
mod create;
mod erasures;
mod error;
mod format;
mod identities;
mod last;
mod log_check;
mod manifest;
mod part_reader;
mod part_writer;
mod recipients;
mod restore;
mod rows;
mod table;
mod verify;

pub use create::{Made, Plan, Step, create};
pub(crate) use erasures::Erased;
pub use erasures::Journal;
pub use error::BackupError;
pub use format::{Manifest, Part};
pub use identities::Identities;
pub use last::last;
pub use manifest::Backup;
pub use recipients::Recipients;
pub use restore::{Restored, restore};
pub use verify::verify;

/// The tables that are in backups, and those that are left out, for the test that compares them with the databases.
#[must_use]
pub fn tables() -> [Vec<&'static str>; 2] {
    [rows::NAMES.to_vec(), rows::LEFT_OUT.iter().map(|(name, _)| *name).collect()]
}
