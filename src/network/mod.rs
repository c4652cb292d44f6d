//! The network: shelters and who stays in them.

pub mod model;
