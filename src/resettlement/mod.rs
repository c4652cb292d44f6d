//! Resettlement: submissions to a country that may take the person in.

pub mod codes;
pub mod rules;
pub(crate) mod store;
