//! That something waits, by e-mail: for whoever gave an address, and never what it is.

pub mod api;
pub mod config;
mod model;
mod round;
pub mod sender;
mod store;

pub use round::{look_after_keys, run};
pub(crate) use store::{any_sealed_by, remove as forget_address, remove_since as forget_address_since};
