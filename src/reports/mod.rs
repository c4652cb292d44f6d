//! Exact figures inside one's own reach. What leaves it is another matter, and not here.

pub mod api;
pub mod csv;
pub mod dimension;
pub mod model;
pub mod rules;
pub(crate) mod store;
