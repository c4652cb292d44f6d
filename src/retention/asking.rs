//! Asking that a person be erased, whoever asks: it is noted, and told to whoever decides.

use super::codes::ErasureReason;
use super::model::ErasureRow;
use super::{rules, store};
use crate::access::UserId;
use crate::cases::model::Case;
use crate::db::WriteTx;
use crate::error::{Error, Result};
use crate::notices::codes::NoticeKind;
use crate::notices::{About, Whom, tell};

/// In the name of `by`; nobody's where a rule of retention asks.
pub(super) fn ask(
    tx: &mut WriteTx<'_>,
    case: &Case,
    reason: ErasureReason,
    by: Option<UserId>,
) -> Result<ErasureRow> {
    rules::request(&store::facts(tx, case)?).map_err(Error::unmet)?;
    let row = ErasureRow::requested(case.id, reason, by, tx.now());
    store::insert(tx, &row)?;
    // Who has no place on a restricted case's team must not learn of it: its team sees the request.
    if !case.restricted {
        let about = About { kind: NoticeKind::ErasureWaits, subject: row.id.as_str(), not_to: by };
        tell(tx, &[Whom::CoordinatorsOf(case.hub_id)], about)?;
    }
    Ok(row)
}
