//! Asylum: applications, by country, authority and level of the procedure.

pub mod api;
pub mod codes;
mod holding;
pub mod model;
pub mod rules;
pub(crate) mod store;

pub(crate) use holding::HOLDING;
