//! Entries that are there and cannot be read: somebody has edited them past the server. Every question of the log tells
//! them by their positions, and answers the rest.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The code that tells it.
const CODE: &str = "entry_unreadable";

/// An entry that cannot be read.
#[derive(Serialize, Deserialize, ToSchema, Clone, Debug, PartialEq, Eq)]
#[schema(example = json!({
    "position": 4711, "code": "entry_unreadable",
    "detail": "Entry 4711 cannot be read: see `waystation audit verify`."
}))]
pub struct Unreadable {
    /// Its place in the log.
    position: i64,
    /// `entry_unreadable`.
    code: String,
    /// The same for a person, and what to do.
    detail: String,
}

impl Unreadable {
    pub(crate) fn at(position: i64) -> Self {
        let detail = format!("Entry {position} cannot be read: see `waystation audit verify`.");
        Self { position, code: CODE.to_owned(), detail }
    }

    /// The code.
    pub(crate) fn code(&self) -> &str {
        &self.code
    }
}

/// An answer names so many of them at most; one is enough to ask the verifier for all.
const MOST_TOLD: usize = 50;

/// Those that were met while others were read.
#[derive(Default)]
pub(crate) struct Unread(Vec<Unreadable>);

impl Unread {
    /// What was read; what could not be is noted.
    pub(crate) fn or_note<T>(&mut self, read: Result<T, Unreadable>) -> Option<T> {
        read.map_err(|unreadable| {
            if self.0.len() < MOST_TOLD {
                self.0.push(unreadable);
            }
        })
        .ok()
    }

    /// The first of them.
    pub(crate) fn told(self) -> Vec<Unreadable> {
        self.0
    }
}
