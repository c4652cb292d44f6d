//! Rows of merges, of what they moved, and of the places they gave.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::codes::{MergeReason, MergeUndoReason, MergedTeam};
use crate::access::{CaseId, UserId};
use crate::cases::model::{GroupSet, TeamRow};
use crate::db::schema::{case_merge_places, case_merge_rows, case_merges};
use crate::db::types::{Timestamp, id};

id!(MergeId, "A merge of two cases.");
crate::http::path::path_id! { MergeId: "The merge's id, from the case's merges." }

/// A merge; it stands until it is undone.
#[derive(Insertable, Queryable, Selectable, Clone)]
#[diesel(table_name = case_merges)]
pub(crate) struct MergeRow {
    pub id: MergeId,
    pub survivor_id: CaseId,
    pub merged_id: CaseId,
    pub reason: MergeReason,
    pub team: MergedTeam,
    pub merged_by: UserId,
    pub merged_at: Timestamp,
    pub undone_reason: Option<MergeUndoReason>,
    pub undone_by: Option<UserId>,
    pub undone_at: Option<Timestamp>,
}

/// A row that a merge made the survivor's.
#[derive(Insertable)]
#[diesel(table_name = case_merge_rows)]
pub(super) struct MovedRow<'a> {
    pub merge_id: MergeId,
    pub of_table: &'a str,
    pub row_id: &'a str,
}

/// A place that a merge gave or widened: the version it left, and what was there before, as JSON.
#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = case_merge_places, treat_none_as_default_value = false)]
pub(super) struct PlaceGiven {
    pub merge_id: MergeId,
    pub user_id: UserId,
    pub place_version: i64,
    pub former: Option<String>,
}

/// A place as it was.
#[derive(Serialize, Deserialize)]
pub(super) struct Former {
    groups: GroupSet,
    ends_at: Option<Timestamp>,
    added_by: UserId,
    added_at: Timestamp,
    changed_by: Option<UserId>,
    changed_at: Timestamp,
    version: i64,
}

impl From<&TeamRow> for Former {
    fn from(row: &TeamRow) -> Self {
        Self {
            groups: row.groups,
            ends_at: row.ends_at,
            added_by: row.added_by,
            added_at: row.added_at,
            changed_by: row.changed_by,
            changed_at: row.changed_at,
            version: row.version,
        }
    }
}

impl Former {
    /// The place again, on the team of this case.
    pub(super) fn again(self, case_id: CaseId, user_id: UserId) -> TeamRow {
        TeamRow {
            case_id,
            user_id,
            groups: self.groups,
            ends_at: self.ends_at,
            added_by: self.added_by,
            added_at: self.added_at,
            changed_by: self.changed_by,
            changed_at: self.changed_at,
            version: self.version,
        }
    }
}
