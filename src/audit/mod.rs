//! The log of all that was seen and done. `db` is the only caller that appends; `api` and `store` read.

pub mod action;
pub mod api;
pub mod checkpoint;
pub mod copies;
pub mod entry;
pub mod event;
pub mod export;
pub(crate) mod log;
pub mod model;
pub mod receipt;
pub mod state;
pub mod status;
pub(crate) mod store;
pub mod tree;
pub mod witnesses;

pub use action::{Action, Outcome};
pub use event::Event;
pub use receipt::Receipt;
