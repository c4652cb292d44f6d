//! All places that somebody leaves to others, at once.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::team;
use crate::access::{CaseId, Permission, Permit, UserId};
use crate::audit::{Action, Event};
use crate::cases::code::CaseRef;
use crate::cases::model::{Case, TeamRow};
use crate::cases::scope::{cases_of_team_member, reached};
use crate::db::WriteTx;
use crate::db::schema::{case_team, cases};
use crate::error::{Error, Result, Unmet};
use crate::machine::{settled, unmet};

/// The most cases of one request: more would hold up every other write.
const MOST_CASES: i64 = 1_000;

/// A place of the leaver that lasts, on a case of the permit's hubs that it reaches.
pub(crate) struct Place {
    pub row: TeamRow,
    pub case: Case,
}

impl Place {
    /// The case that goes on in place of the place's own: whoever gets the place on that gets this one with it.
    pub(crate) fn followed(&self) -> CaseId {
        self.case.merged_into.unwrap_or(self.case.id)
    }
}

/// What can be handed over at once.
pub(crate) struct Places {
    /// Up to [`MOST_CASES`], and with each those on the cases that were merged into it.
    pub places: Vec<Place>,
    /// On how many more cases there are such places.
    pub left: i64,
}

/// Every such place, in the order of the cases' ids; where they are too many, those on the named cases come before others.
///
/// A place on a case that was merged is the leaver's again when the merge is undone: it goes with the one on the case
/// that goes on, unless it is another hub's to hand over.
pub(crate) fn places<P: Permission>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<P>,
    leaver: UserId,
    named: &[CaseRef],
) -> Result<Places> {
    let within = |now| {
        cases::table
            .filter(cases::id.eq_any(cases_of_team_member(leaver, now)))
            .filter(cases::hub_id.eq_any(permit.hubs().to_vec()))
            .filter(reached(permit, now))
    };
    let now = tx.now();
    let going_on = || within(now).filter(cases::merged_into.is_null());
    let all: i64 = going_on().count().get_result(tx.conn())?;
    let (ids, codes) = CaseRef::apart(named);
    let first: Vec<(CaseId, Option<CaseId>)> = within(now)
        .filter(cases::id.eq_any(ids).or(cases::code.eq_any(codes)))
        .select((cases::id, cases::merged_into))
        .load(tx.conn())?;
    let first: Vec<CaseId> = first.into_iter().map(|(id, merged_into)| merged_into.unwrap_or(id)).collect();
    let mut found: Vec<Case> =
        going_on().filter(cases::id.eq_any(first.clone())).select(Case::as_select()).load(tx.conn())?;
    let room = MOST_CASES - i64::try_from(found.len()).map_err(Error::internal)?;
    let others = going_on().filter(cases::id.ne_all(first)).order(cases::id).limit(room);
    found.extend(others.select(Case::as_select()).load(tx.conn())?);
    let left = all - i64::try_from(found.len()).map_err(Error::internal)?;
    let followed: BTreeSet<CaseId> = found.iter().map(|case| case.id).collect();
    let merged: Vec<Case> =
        within(now).filter(cases::merged_into.is_not_null()).select(Case::as_select()).load(tx.conn())?;
    found.extend(merged.into_iter().filter(|case| case.merged_into.is_some_and(|id| followed.contains(&id))));
    found.sort_by_key(|case| case.id);
    let mut rows = rows_of(tx, leaver)?;
    let places = found.into_iter().filter_map(|case| Some(Place { row: rows.remove(&case.id)?, case }));
    Ok(Places { places: places.collect(), left })
}

/// The user's places, ended ones too, by case.
fn rows_of(tx: &mut WriteTx<'_>, user: UserId) -> Result<BTreeMap<CaseId, TeamRow>> {
    let rows: Vec<TeamRow> =
        case_team::table.filter(case_team::user_id.eq(user)).select(TeamRow::as_select()).load(tx.conn())?;
    Ok(rows.into_iter().map(|row| (row.case_id, row)).collect())
}

/// Gives each place to whom it is for, and ends the leaver's; each is on the record under its case.
pub(crate) fn hand_over(
    tx: &mut WriteTx<'_>,
    leaver: UserId,
    places: &[(Place, UserId)],
    giver: UserId,
) -> Result<()> {
    let now = tx.now();
    let mut present = BTreeMap::new();
    for to in places.iter().map(|(_, to)| *to).collect::<BTreeSet<_>>() {
        present.insert(to, rows_of(tx, to)?);
    }
    let row_of = |place: &Place, to: &UserId| present.get(to).and_then(|rows| rows.get(&place.case.id));
    let of_giver = places.iter().filter(|(place, to)| *to == giver && row_of(place, to).is_some());
    settled(of_giver.map(|(place, _)| own_place(&place.case)).collect()).map_err(Error::unmet)?;
    for (place, to) in places {
        let row = row_of(place, to);
        give(tx, &place.row, *to, row, giver)?;
        team::update(tx, &place.row, place.row.groups, Some(now), giver)?;
    }
    for (place, _) in places.iter().filter(|(place, _)| place.case.restricted) {
        team::someone_stays(tx, &place.case, Some(leaver))?;
    }
    tx.also_record_all(places.iter().map(|(place, to)| {
        let mut event =
            Event::new(Action::TeamHandOver).subject(leaver).about(place.case.id).detail("to", *to);
        event.set_groups(place.row.groups.to_vec());
        event
    }))
}

/// A receiver who is on the team keeps what they have, and gets what the leaver had beside it.
fn give(
    tx: &mut WriteTx<'_>,
    left: &TeamRow,
    to: UserId,
    present: Option<&TeamRow>,
    giver: UserId,
) -> Result<()> {
    let lasting = present.filter(|row| row.lasts(tx.now()));
    let given = lasting.map_or((left.groups, left.ends_at), |row| row.together(left));
    team::give(tx, (left.case_id, to), present, given, giver)
}

/// Else one that ends by itself would end when its holder likes.
fn own_place(case: &Case) -> Unmet {
    unmet(
        "not_own_place",
        format!(
            "You have a place on {}: name somebody else for it in `except`, or have another coordinator hand over.",
            case.code
        ),
    )
}
