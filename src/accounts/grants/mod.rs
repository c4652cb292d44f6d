//! What is granted to an account by two people: who is let in, another role, a lost password. One asks, another decides;
//! and whoever is let in chooses a password that neither of them knows.

pub(crate) mod activate;
pub(crate) mod decide;
pub(crate) mod model;
pub mod rules;
pub(crate) mod store;

pub use model::GrantId;
