//! Hubs and shelters: who works together, and where people hide.

pub mod api;
pub mod codename;
pub mod codes;
pub mod model;
pub mod rules;
pub(crate) mod store;
