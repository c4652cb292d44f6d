//! The log of all that was seen and done. `db` is the only caller that appends.

pub mod action;
pub mod entry;
pub mod event;
pub(crate) mod log;
pub mod receipt;

pub use action::{Action, Outcome};
pub use event::Event;
pub use receipt::Receipt;
