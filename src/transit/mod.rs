//! Transit: journeys, told one leg at a time.

pub mod api;
pub mod approval;
pub mod codes;
mod holdings;
pub mod model;
pub mod rules;
pub(crate) mod store;

pub(crate) use holdings::{JOURNEYS, LEGS};
