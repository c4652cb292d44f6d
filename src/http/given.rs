//! What a write is answered: what it has made now, or what the same request was answered before.
//!
//! An answer given before goes out as the JSON that it was. It is not read into a view again: the program
//! that kept it may have been an earlier one, whose views had other members.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::reply::HasVersion;
use crate::error::{Error, Result};

/// An answer to a request that may come again.
pub enum Given<T> {
    /// Made now.
    Now(T),
    /// Kept since the first time.
    Before(Box<RawValue>),
}

impl<T> Given<T> {
    /// What was made, for whoever sends no `Idempotency-Key`: nothing was given to them before.
    pub fn made(self) -> Result<T> {
        match self {
            Self::Now(value) => Ok(value),
            Self::Before(_) => Err(Error::internal(anyhow::anyhow!("a repeat, where none can be"))),
        }
    }
}

impl<T: HasVersion> Given<T> {
    /// Its version, if it has always had one.
    pub(super) fn version(&self) -> Option<i64> {
        #[derive(Deserialize)]
        struct Versioned {
            version: i64,
        }
        match self {
            Self::Now(value) => Some(value.version()),
            Self::Before(json) => serde_json::from_str(json.get()).ok().map(|Versioned { version }| version),
        }
    }
}

impl<T: Serialize> Given<T> {
    /// `path` with the members that it names in braces.
    pub(super) fn fill(&self, path: &str) -> Option<String> {
        let members = serde_json::to_value(self).ok()?;
        let mut parts = path.split(['{', '}']);
        let mut filled = parts.next()?.to_owned();
        while let (Some(member), Some(rest)) = (parts.next(), parts.next()) {
            filled.push_str(members.get(member).and_then(Value::as_str)?);
            filled.push_str(rest);
        }
        Some(filled)
    }
}

impl<T: Serialize> Serialize for Given<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Now(value) => value.serialize(serializer),
            Self::Before(json) => json.serialize(serializer),
        }
    }
}
