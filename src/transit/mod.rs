//! Transit: journeys, told one leg at a time.

pub mod codes;
pub mod rules;
pub(crate) mod store;
