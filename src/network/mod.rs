//! The network: hubs and shelters, and who stays in them.

pub mod codes;
pub mod model;
pub mod rules;
pub(crate) mod stays;
