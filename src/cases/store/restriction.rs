//! Restricting a case to its team, and lifting that.

use super::team::{place, someone_stays};
use super::write::update;
use crate::access::permissions::CaseRestrict;
use crate::access::{Permit, UserId};
use crate::cases::model::{Case, CasePatch};
use crate::db::{Tx, WriteTx};
use crate::error::{Error, Result};

/// Restricts the case, or opens it to its hub.
///
/// Whoever is on the team for a time may close the case to others, which harms nobody, and may not open it: that
/// is for those who stay.
pub(crate) fn restrict(
    tx: &mut WriteTx<'_>,
    permit: &Permit<CaseRestrict>,
    case: &Case,
    restricted: bool,
) -> Result<Case> {
    if restricted {
        someone_stays(tx, case, None)?;
    } else if case.restricted && !stays(tx, case, permit.person()?)? {
        return Err(Error::command_withheld(
            "Your place on the team ends by itself: somebody whose place has no end may lift the restriction.",
        ));
    }
    update(tx, case, &CasePatch { restricted: Some(restricted), ..CasePatch::default() })
}

fn stays(tx: &mut Tx<'_>, case: &Case, user: UserId) -> Result<bool> {
    Ok(place(tx, case.id, user)?.is_some_and(|place| place.ends_at.is_none()))
}
