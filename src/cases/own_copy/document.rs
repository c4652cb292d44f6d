//! The document inside the envelope: one JSON object, for people and for programs.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use zeroize::Zeroizing;

use super::held::Held;
use crate::audit::Receipt;
use crate::audit::checkpoint::Anchor;
use crate::cases::code::CaseCode;
use crate::cases::holdings::OwnRow;
use crate::crypto::CaseKey;
use crate::db::types::Timestamp;
use crate::error::{Error, Result};

/// The form, in its member `waystation_own_copy`.
const FORM: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    waystation_own_copy: u32,
    case: CaseCode,
    /// Cases that were found to be of the same person: each has a copy of its own.
    merged_cases: Vec<CaseCode>,
    made_at: Timestamp,
    log: Option<&'a Anchor>,
    /// The rows of each table, by its name.
    held: BTreeMap<&'static str, Vec<Value>>,
}

/// Opens what is sealed and writes all of it down.
pub(super) fn write(
    held: Held,
    (receipt, key): (&Receipt, &CaseKey),
    made_at: Timestamp,
    log: Option<&Anchor>,
) -> Result<Zeroizing<Vec<u8>>> {
    let open =
        |rows: Vec<OwnRow>| rows.into_iter().map(|row| opened(row, receipt, key)).collect::<Result<_>>();
    let held_rows = held.tables.into_iter().map(|(table, rows)| Ok((table, open(rows)?)));
    let document = Document {
        waystation_own_copy: FORM,
        case: held.code,
        merged_cases: held.merged,
        made_at,
        log,
        held: held_rows.collect::<Result<_>>()?,
    };
    Ok(Zeroizing::new(serde_json::to_vec_pretty(&document).map_err(Error::internal)?))
}

fn opened(row: OwnRow, receipt: &Receipt, key: &CaseKey) -> Result<Value> {
    let OwnRow { mut clear, sealed } = row;
    if let Some(member) = sealed {
        clear[member.name] = (member.open)(receipt, key)?;
    }
    Ok(clear)
}
