//! Places on a case's team.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::access::{CaseId, Role, UserId};
use crate::accounts::codes::UserStatus;
use crate::cases::model::{Case, GroupSet, TeamRow};
use crate::cases::scope::CaseFilter;
use crate::db::schema::{case_team, cases, hub_members, users};
use crate::db::types::Timestamp;
use crate::db::{Tx, WriteTx, changed_one};
use crate::error::{Code, Error, Result};
use crate::machine::unmet;

/// The opener's place: every field group, without an end.
pub(crate) fn insert_opener(tx: &mut WriteTx<'_>, case: CaseId, opener: UserId) -> Result<()> {
    give(tx, (case, opener), None, (GroupSet::all(), None), opener)
}

/// A new place.
pub(crate) fn insert(tx: &mut WriteTx<'_>, row: &TeamRow) -> Result<()> {
    diesel::insert_into(case_team::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// The places of a case, ended ones too, with the pseudonyms of their holders.
pub(crate) fn with_names(tx: &mut Tx<'_>, case: &Case) -> Result<Vec<(TeamRow, String)>> {
    Ok(case_team::table
        .inner_join(users::table.on(users::id.eq(case_team::user_id)))
        .filter(case_team::case_id.eq(case.id))
        .order((case_team::added_at, case_team::user_id))
        .select((TeamRow::as_select(), users::username))
        .load(tx.conn())?)
}

/// The pseudonym of a user who may have a place: an active caseworker or coordinator.
pub(crate) fn assignable(tx: &mut Tx<'_>, user: UserId) -> Result<Option<String>> {
    Ok(users::table
        .find(user)
        .filter(users::status.eq(UserStatus::Active))
        .filter(users::role.eq_any([Role::Caseworker, Role::Coordinator]))
        .select(users::username)
        .first(tx.conn())
        .optional()?)
}

/// One place.
pub(crate) fn place(tx: &mut Tx<'_>, case: CaseId, user: UserId) -> Result<Option<TeamRow>> {
    Ok(case_team::table.find((case, user)).select(TeamRow::as_select()).first(tx.conn()).optional()?)
}

/// Changes a place, of the version that was read, in the name of `changer`.
pub(crate) fn update(
    tx: &mut WriteTx<'_>,
    row: &TeamRow,
    groups: GroupSet,
    ends_at: Option<Timestamp>,
    changer: UserId,
) -> Result<()> {
    let now = tx.now();
    let changed = diesel::update(
        case_team::table.find((row.case_id, row.user_id)).filter(case_team::version.eq(row.version)),
    )
    .set((
        groups,
        case_team::ends_at.eq(ends_at),
        case_team::changed_by.eq(changer),
        case_team::changed_at.eq(now),
        case_team::version.eq(row.version + 1),
    ))
    .execute(tx.conn())?;
    changed_one(changed)
}

/// Gives a place to whoever has none on the team, or changes the one that they have.
pub(crate) fn give(
    tx: &mut WriteTx<'_>,
    (case, user): (CaseId, UserId),
    present: Option<&TeamRow>,
    (groups, ends_at): (GroupSet, Option<Timestamp>),
    giver: UserId,
) -> Result<()> {
    match present {
        Some(row) => update(tx, row, groups, ends_at, giver),
        None => insert(tx, &TeamRow::new(case, user, (groups, ends_at), giver, tx.now())),
    }
}

/// Refuses where `giver` would change their own place: else one that ends by itself would end when its holder likes.
pub(crate) fn not_own(present: Option<&TeamRow>, giver: UserId) -> Result<()> {
    if present.is_some_and(|row| row.user_id == giver) {
        let guard = unmet("not_own_place", "Another coordinator of the hub must change your place.");
        return Err(Error::unmet(vec![guard]));
    }
    Ok(())
}

/// Takes a place away.
pub(crate) fn remove(tx: &mut WriteTx<'_>, row: &TeamRow) -> Result<()> {
    diesel::delete(case_team::table.find((row.case_id, row.user_id))).execute(tx.conn())?;
    Ok(())
}

/// Whether somebody beside `leaving` keeps a restricted case from being lost: somebody active whose place on
/// the team has no end, and who can do more than read it. A coordinator of another hub cannot.
pub(super) fn kept(leaving: Option<UserId>) -> CaseFilter {
    let of_the_hub = hub_members::table
        .filter(hub_members::hub_id.eq(cases::hub_id))
        .filter(hub_members::user_id.eq(users::id));
    let able = users::role.eq(Role::Caseworker).or(users::role.eq(Role::Coordinator).and(exists(of_the_hub)));
    let keepers = case_team::table
        .inner_join(users::table.on(users::id.eq(case_team::user_id)))
        .filter(case_team::case_id.eq(cases::id))
        .filter(case_team::ends_at.is_null())
        .filter(case_team::user_id.ne_all(leaving))
        .filter(users::status.eq(UserStatus::Active))
        .filter(able);
    Box::new(exists(keepers))
}

/// A restricted case is reached by its team alone: somebody beside `leaving` must keep it.
pub(crate) fn someone_stays(tx: &mut Tx<'_>, case: &Case, leaving: Option<UserId>) -> Result<()> {
    let found: Option<CaseId> = cases::table
        .filter(cases::id.eq(case.id))
        .filter(kept(leaving))
        .select(cases::id)
        .first(tx.conn())
        .optional()?;
    if found.is_some() {
        return Ok(());
    }
    Err(Error::new(
        Code::StillInUse,
        "A restricted case needs somebody on its team whose place has no end, a caseworker or a coordinator of \
         its hub: give such a place first.",
    ))
}
