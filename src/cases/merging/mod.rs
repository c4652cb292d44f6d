//! Two cases that are one person: merging one into the other, and undoing that.
//!
//! The survivor keeps its id and code; the merged case's lead to it. What a merge moves is said table by table in
//! `cases::holdings`; what is sealed stays with the case it was sealed for (decision 13).

pub mod api;
pub mod codes;
mod merge;
pub(crate) mod model;
mod places;
pub mod rules;
pub(crate) mod store;
mod undo;

pub(crate) use places::opens;
