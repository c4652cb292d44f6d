//! From JSON to a record.

use serde_json::Value;

use crate::error::Fault;
use crate::http::json::from_value;

use super::Record;

/// Reads what a client sent: the format of each field, then the rules between them.
pub fn from_client<R: Record>(value: &Value) -> Result<R, Vec<Fault>> {
    let record: R = from_value(value).map_err(|fault| vec![fault])?;
    let faults = record.check();
    if faults.is_empty() { Ok(record) } else { Err(faults) }
}
