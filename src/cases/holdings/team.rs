//! Places on the team.

use diesel::prelude::*;

use super::manner::deleted;
use super::{BackupPart, Holding, Merge, OwnCopy, Undo};
use crate::db::schema::case_team;

/// Who works on the case, and which field groups that opens.
pub(super) const HOLDING: Holding = Holding {
    table: "case_team",
    merge: Merge::Stays(
        "a place says who opens what was sealed for that case; its holder is given one on the survivor's team beside it",
    ),
    undo: Undo::Restores(
        "places that the merge gave or widened on the survivor's team are as before, unless changed since",
    ),
    erasure: deleted!(case_team),
    own_copy: OwnCopy::Nothing("it tells who helped, not who was helped"),
    backup: BackupPart::Data,
};
