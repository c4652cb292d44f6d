//! The log of all that was seen and done. `db` is the only caller that appends; `api` and `store` read.

pub mod action;
pub(crate) mod alarms;
pub mod api;
pub(crate) mod canaries;
pub mod checkpoint;
pub mod copies;
pub(crate) mod detail;
pub mod entry;
pub mod event;
pub mod export;
pub(crate) mod filter;
mod kin;
pub(crate) mod log;
pub mod model;
pub mod receipt;
pub(crate) mod seen;
pub mod sight;
pub mod state;
pub mod status;
pub(crate) mod store;
pub mod text;
pub(crate) mod times;
pub mod tree;
pub mod unreadable;
pub mod unusual;
pub(crate) mod walk;
pub mod withheld;
pub mod witnesses;
pub(crate) mod written;

pub use action::{Action, Outcome};
pub use event::Event;
pub(crate) use receipt::Batch;
pub use receipt::Receipt;
