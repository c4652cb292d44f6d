//! Cases that may be of one person: noted when names are written, listed for the coordinators of both, decided by
//! people. Nothing here joins two cases.
//!
//! On the disk is which two cases were noted and what was decided, and not why: score and reasons are computed anew
//! from the names in memory. Whoever joins two cases sets the state `merged`, which nothing here leaves again.

pub mod api;
pub(crate) mod note;
mod rules;

use crate::db::types::{id, text_enum};

id!(DuplicateId, "Two cases that may be of one person.");

text_enum! {
    /// What is known of two cases that may be of one person.
    DuplicateState, "duplicate_states", "Waystation" {
        Open = "open": "Nobody has decided",
        NotSame = "not_same": "They are two people",
        Merged = "merged": "They were one person, and are one case now",
    }
}
