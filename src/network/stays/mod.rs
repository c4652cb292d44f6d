//! Stays: who is in which shelter, from which day until which. One open stay a case.

pub mod api;
pub mod model;
pub mod rules;
pub(crate) mod store;
