//! Erasing a person: asked by one or by a rule of retention, decided by another, carried out when there was time to
//! object and nobody did.
//!
//! What becomes of each table's rows is said in `cases::holdings`; what is left is coarse statistics, and a
//! certificate that names the entry of the log. A legal hold stops it as long as it stands.

pub mod api;
mod asking;
mod certificate;
pub mod codes;
mod due;
mod erase;
mod holding;
pub mod holds;
pub(crate) mod model;
mod outlived;
pub mod policy;
pub mod rules;
pub(crate) mod store;

pub use due::{Done, run};
pub(crate) use erase::erase_again;
pub(crate) use holding::{ERASURES, HOLDS};
pub use model::ErasureId;
pub use outlived::run as ask_for_outlived;
pub use policy::Policy;
