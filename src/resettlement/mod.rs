//! Resettlement: submissions to a country that may take the person in.

pub mod api;
pub mod codes;
mod holding;
pub mod model;
pub mod rules;
pub(crate) mod store;

pub(crate) use holding::HOLDING;
