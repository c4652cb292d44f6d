//! Hubs: teams that share cases. One NGO, or its office in one place.

pub mod api;
pub mod model;
pub mod name;
pub(crate) mod store;
