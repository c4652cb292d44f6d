//! The reading budget: how many different cases somebody opens sealed values of within an hour and a day before they wait
//! for a coordinator. Whoever takes a caseworker's token takes that much, and not a network.

pub mod api;
mod holding;
mod model;
mod rules;
mod spend;
mod store;

pub(crate) use holding::HOLDING;
pub use rules::{NoBudget, ReadingBudget};
pub(crate) use spend::{costs, spend, tell_coordinators};
pub(crate) use store::{any_old, forget_old};
