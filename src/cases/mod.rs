//! Cases: one person each. The row holds what cannot identify; the rest is sealed, group by group.

pub mod api;
pub mod code;
pub mod codes;
pub(crate) mod facts;
pub mod holdings;
pub mod merging;
pub mod model;
pub mod note;
pub mod own_copy;
#[cfg(test)]
mod policy_tests;
pub mod reasons;
pub mod records;
pub mod rules;
pub(crate) mod scope;
pub mod search;
pub(crate) mod store;
pub mod tables;
pub mod timeline;
