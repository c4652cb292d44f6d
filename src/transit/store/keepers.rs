//! Who may keep a leg: an active user who is on the case's team now, or in the case's hub.

use std::collections::HashSet;

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::access::UserId;
use crate::accounts::codes::UserStatus;
use crate::cases::model::Case;
use crate::cases::scope::lasts;
use crate::db::Tx;
use crate::db::schema::{case_team, hub_members, users};
use crate::error::Result;

/// The places in the list of those who may not.
pub(crate) fn unfit_keepers(tx: &mut Tx<'_>, case: &Case, keepers: &[UserId]) -> Result<Vec<usize>> {
    let now = tx.now();
    let on_team = case_team::table
        .filter(case_team::case_id.eq(case.id))
        .filter(case_team::user_id.eq(users::id))
        .filter(lasts(now));
    let in_hub = hub_members::table
        .filter(hub_members::hub_id.eq(case.hub_id))
        .filter(hub_members::user_id.eq(users::id));
    let fit: Vec<UserId> = users::table
        .filter(users::id.eq_any(keepers.to_vec()))
        .filter(users::status.eq(UserStatus::Active))
        .filter(exists(on_team).or(exists(in_hub)))
        .select(users::id)
        .load(tx.conn())?;
    let fit: HashSet<UserId> = fit.into_iter().collect();
    let unfit = keepers.iter().enumerate().filter(|(_, keeper)| !fit.contains(keeper));
    Ok(unfit.map(|(place, _)| place).collect())
}
