//! Asylum: applications, by country, authority and level of the procedure.

pub mod codes;
pub mod rules;
pub(crate) mod store;
