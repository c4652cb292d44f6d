//! Resettlement: submissions to a country that may take the person in.

pub mod api;
pub mod codes;
pub mod model;
pub mod rules;
pub(crate) mod store;
