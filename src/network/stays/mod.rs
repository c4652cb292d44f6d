//! Stays: who is in which shelter, from which day until which. One open stay a case.

pub mod api;
mod holding;
pub mod model;
pub mod rules;
pub(crate) mod store;

pub(crate) use holding::HOLDING;
