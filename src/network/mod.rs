//! Hubs and shelters: who works together, and where people hide.

pub mod codes;
pub mod model;
pub mod rules;
