//! What becomes of the rows of this domain themselves.

use diesel::prelude::*;

use crate::cases::holdings::{BackupPart, Holding, Merge, OwnCopy, Undo, deleted};
use crate::db::schema::case_readings;

/// Which cases count for whose budget.
pub(crate) const HOLDING: Holding = Holding {
    table: "case_readings",
    merge: Merge::Stays("it was that case of which something was opened, and it counts for a day"),
    undo: Undo::Nothing("it had stayed"),
    erasure: deleted!(case_readings),
    own_copy: OwnCopy::Nothing("it tells what helpers did, for a day; who asks for that asks an auditor"),
    backup: BackupPart::Data,
};
