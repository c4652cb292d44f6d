//! Hubs and shelters: who works together, where people hide, and who stays there.

pub mod api;
pub mod codename;
pub mod codes;
pub mod hubs;
pub mod model;
pub mod rules;
pub mod stays;
pub(crate) mod store;
