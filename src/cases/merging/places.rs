//! Places on the survivor's team that come of a merge, and what its team may open of the merged case.
//!
//! Whoever worked on the merged case is on the survivor's team afterwards, or they would lose the person they help.
//! What that opens is for whoever decides to say: by the merge (`joined`), or by a place given or changed since.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::codes::MergedTeam;
use super::model::{Former, MergeRow, PlaceGiven};
use crate::access::{CaseId, FieldGroup, UserId};
use crate::cases::model::{Case, GroupSet, TeamRow};
use crate::cases::store::team;
use crate::db::schema::{case_merge_places, case_team};
use crate::db::types::Timestamp;
use crate::db::{Tx, WriteTx};
use crate::error::{Error, Result};

fn of_case(tx: &mut Tx<'_>, case: CaseId) -> Result<BTreeMap<UserId, TeamRow>> {
    let rows: Vec<TeamRow> =
        case_team::table.filter(case_team::case_id.eq(case)).select(TeamRow::as_select()).load(tx.conn())?;
    Ok(rows.into_iter().map(|row| (row.user_id, row)).collect())
}

/// Gives whoever is on the merged case's team now a place on the survivor's. Nobody's own place is changed by
/// themselves, here as elsewhere.
pub(super) fn give(tx: &mut WriteTx<'_>, merge: &MergeRow) -> Result<()> {
    let now = tx.now();
    let present = of_case(tx, merge.survivor_id)?;
    for (user, place) in of_case(tx, merge.merged_id)? {
        let former = present.get(&user);
        if !place.lasts(now) || former.is_some_and(|former| former.lasts(now) && user == merge.merged_by) {
            continue;
        }
        let Some(given) = given(merge, &place, former, now) else { continue };
        let noted = PlaceGiven {
            merge_id: merge.id,
            user_id: user,
            place_version: given.version,
            former: former
                .map(Former::from)
                .map(|former| serde_json::to_string(&former))
                .transpose()
                .map_err(Error::internal)?,
        };
        put(tx, &given)?;
        diesel::insert_into(case_merge_places::table).values(&noted).execute(tx.conn())?;
    }
    Ok(())
}

/// The place on the survivor's team that a place on the merged case's team brings; none where nothing changes.
fn given(merge: &MergeRow, place: &TeamRow, former: Option<&TeamRow>, now: Timestamp) -> Option<TeamRow> {
    let present = former.filter(|former| former.lasts(now));
    let (groups, ends_at) = match (merge.team, present) {
        (MergedTeam::Apart, Some(_)) => return None,
        (MergedTeam::Apart, None) => (GroupSet::default(), place.ends_at),
        (MergedTeam::Joined, None) => (place.groups, place.ends_at),
        (MergedTeam::Joined, Some(present)) => present.together(place),
    };
    if present.is_some_and(|present| present.groups == groups && present.ends_at == ends_at) {
        return None;
    }
    Some(TeamRow {
        case_id: merge.survivor_id,
        user_id: place.user_id,
        groups,
        ends_at,
        added_by: present.map_or(merge.merged_by, |present| present.added_by),
        added_at: present.map_or(now, |present| present.added_at),
        changed_by: Some(merge.merged_by),
        changed_at: now,
        version: former.map_or(1, |former| former.version + 1),
    })
}

/// Puts the places back as they were, unless somebody has changed them since.
pub(super) fn take_back(tx: &mut WriteTx<'_>, merge: &MergeRow, survivor: &Case) -> Result<()> {
    let given: Vec<PlaceGiven> = case_merge_places::table
        .filter(case_merge_places::merge_id.eq(merge.id))
        .select(PlaceGiven::as_select())
        .load(tx.conn())?;
    for PlaceGiven { user_id, place_version, former, .. } in given {
        let Some(present) = team::place(tx, survivor.id, user_id)? else { continue };
        if present.version != place_version {
            continue;
        }
        match former {
            None => team::remove(tx, &present)?,
            Some(former) => {
                let former: Former = serde_json::from_str(&former).map_err(Error::internal)?;
                put(tx, &former.again(survivor.id, user_id))?;
            }
        }
    }
    Ok(())
}

fn put(tx: &mut WriteTx<'_>, row: &TeamRow) -> Result<()> {
    diesel::delete(case_team::table.find((row.case_id, row.user_id))).execute(tx.conn())?;
    team::insert(tx, row)
}

/// Whether a member of the survivor's team opens what was sealed for a case merged into it: a field group, or a text
/// that belongs to none.
pub(crate) fn opens(
    tx: &mut Tx<'_>,
    merge: &MergeRow,
    user: UserId,
    group: Option<FieldGroup>,
) -> Result<bool> {
    let now = tx.now();
    let lasting = |place: Option<TeamRow>| place.filter(|place| place.lasts(now));
    let on_survivor = lasting(team::place(tx, merge.survivor_id, user)?);
    let on_merged = lasting(team::place(tx, merge.merged_id, user)?);
    Ok(decide(merge, on_survivor.as_ref(), on_merged.as_ref(), group))
}

/// A place on the survivor's team says what it opens of the merged case if the merge said so, or if it was given or
/// changed since; until then, the place that was on the merged case's team does.
fn decide(
    merge: &MergeRow,
    on_survivor: Option<&TeamRow>,
    on_merged: Option<&TeamRow>,
    group: Option<FieldGroup>,
) -> bool {
    let Some(present) = on_survivor else { return false };
    let has = |place: &TeamRow| group.is_none_or(|group| place.groups.has(group));
    let decided_since = present.changed_at > merge.merged_at;
    match merge.team {
        _ if decided_since => has(present),
        MergedTeam::Joined => has(present) || on_merged.is_some_and(has),
        MergedTeam::Apart => on_merged.is_some_and(has),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::merging::codes::MergeReason;
    use crate::cases::merging::model::MergeId;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn merge(team: MergedTeam) -> MergeRow {
        MergeRow {
            id: MergeId::generate(),
            survivor_id: CaseId::generate(),
            merged_id: CaseId::generate(),
            reason: MergeReason::OpenedTwice,
            team,
            merged_by: UserId::generate(),
            merged_at: at(100),
            undone_reason: None,
            undone_by: None,
            undone_at: None,
        }
    }

    fn place(groups: &[FieldGroup], changed_at: Timestamp) -> TeamRow {
        let user = UserId::generate();
        TeamRow {
            case_id: CaseId::generate(),
            user_id: user,
            groups: groups.iter().copied().collect(),
            ends_at: None,
            added_by: user,
            added_at: at(1),
            changed_by: Some(user),
            changed_at,
            version: 1,
        }
    }

    #[test]
    fn apart_opens_what_was_open_and_nothing_more_until_somebody_decides() {
        let merge = merge(MergedTeam::Apart);
        let identity = Some(FieldGroup::Identity);
        let (before, lean) = (place(&[FieldGroup::Identity], at(1)), place(&[], at(100)));
        assert!(!decide(&merge, Some(&before), None, identity), "the survivor's team opens its own alone");
        assert!(!decide(&merge, Some(&before), None, None), "nor a note of the other history");
        assert!(decide(&merge, Some(&lean), Some(&before), identity), "whoever opened it still does");
        assert!(decide(&merge, Some(&lean), Some(&lean), None));
        assert!(!decide(&merge, None, Some(&before), identity), "without a place on the survivor's, nothing");
        let (given_since, taken_since) = (place(&[FieldGroup::Identity], at(101)), place(&[], at(101)));
        assert!(decide(&merge, Some(&given_since), None, identity));
        assert!(!decide(&merge, Some(&taken_since), Some(&before), identity));
    }

    #[test]
    fn joined_places_open_what_both_opened_of_both() {
        let merge = merge(MergedTeam::Joined);
        let (legal, health) = (place(&[FieldGroup::Legal], at(1)), place(&[FieldGroup::Health], at(1)));
        assert!(decide(&merge, Some(&legal), None, Some(FieldGroup::Legal)));
        assert!(!decide(&merge, Some(&legal), None, Some(FieldGroup::Health)));
        let joined = given(&merge, &health, Some(&legal), at(100)).unwrap();
        assert_eq!(joined.groups, [FieldGroup::Legal, FieldGroup::Health].into_iter().collect());
        assert_eq!((joined.added_at, joined.version), (at(1), 2));
        assert!(
            given(&merge, &legal, Some(&legal), at(100)).is_none(),
            "nothing changes, nothing is written"
        );
    }

    #[test]
    fn a_place_lasts_as_long_as_the_longer_of_two_that_are_joined() {
        let merge = merge(MergedTeam::Joined);
        let ending = |at| TeamRow { ends_at: Some(at), ..place(&[], at) };
        let endless = place(&[], at(1));
        let joined =
            |one: &TeamRow, other: &TeamRow| given(&merge, one, Some(other), at(100)).map(|row| row.ends_at);
        assert_eq!(joined(&ending(at(300)), &ending(at(200))), Some(Some(at(300))));
        assert_eq!(joined(&endless, &ending(at(200))), Some(None));
        assert_eq!(joined(&ending(at(200)), &endless), None);
        let ended = TeamRow { groups: GroupSet::all(), ..ending(at(50)) };
        let again = given(&merge, &place(&[], at(1)), Some(&ended), at(100)).unwrap();
        assert_eq!((again.groups, again.ends_at, again.version), (GroupSet::default(), None, 2));
    }
}
