//! Searching the sealed names, and people who may be one: nothing of it is ever written to the disk.
//!
//! | module | what is there |
//! | --- | --- |
//! | [`api`] | the route |
//! | [`duplicates`] | cases that may be of one person |
//! | [`fold`] | from a written name to what it is found by; how like two names are |
//! | [`terms`] | what of a record can be looked for |
//! | [`rank`] | how well a person fits what is looked for |
//! | [`index`] | everybody, in memory |
//! | `looked_for` | by which searches somebody may have been looked for |

pub mod api;
pub mod duplicates;
pub mod fold;
pub mod index;
pub(crate) mod looked_for;
pub mod rank;
pub mod terms;
