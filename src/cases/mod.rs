//! Cases: one person each.

pub mod records;
