//! From JSON to a record.

use serde_json::Value;

use crate::error::Fault;
use crate::http::json::{Wiped, from_value};

use super::Record;

/// Reads what a client sent: the format of each field, then the rules between them.
pub fn from_client<R: Record>(value: &Value) -> Result<R, Vec<Fault>> {
    let record: R = from_value(value).map_err(|fault| vec![fault])?;
    let faults = record.check();
    if faults.is_empty() { Ok(record) } else { Err(faults) }
}

/// Reads what was stored. The rules are not asked again: they may have changed since, and a record
/// must always open.
pub fn from_stored<R: Record>(json: &[u8]) -> Result<R, Fault> {
    let value: Wiped = serde_json::from_slice(json).map(Wiped).map_err(|error| Fault {
        pointer: String::new(),
        detail: format!("not JSON at byte {}", error.column()),
    })?;
    from_value(&value.0)
}
