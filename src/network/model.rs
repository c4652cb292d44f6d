//! Rows.
use crate::db::types::id;
id!(ShelterId, "A shelter.");
