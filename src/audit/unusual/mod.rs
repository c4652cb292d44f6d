//! Reading that is unlike what is usual. Each rule is a pure function from what was done to findings; a finding is a
//! reason to look, and no proof of anything.

mod before_leaving;
mod hours;
pub(crate) mod look;
mod never_worked_on;
mod outside_team;
mod statistics;
pub(crate) mod store;
mod volume;

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::UserId;
use crate::db::types::text_enum;
use look::Look;

text_enum! {
    /// What is unlike the usual.
    UnusualKind, "unusual_kinds", "Waystation" {
        Volume = "volume": "Far more cases opened in a day than this person and their colleagues usually open",
        OutsideTeam = "outside_team": "Many cases opened without a place on their teams",
        Hours = "hours": "Read at an hour of the day at which this person did not read before",
        NeverWorkedOn = "never_worked_on": "Sealed records opened of cases on which this person wrote nothing",
        BeforeLeaving = "before_leaving": "More cases opened than usual before leaving a hub or being suspended",
    }
}

/// What a rule found.
#[derive(Serialize, ToSchema, Clone, Debug, PartialEq, Eq)]
#[schema(example = json!({
    "kind": "volume", "user": "2b5w8z0v4n9qx2c7m1b6t8r4ye",
    "reason": "Opened 42 different cases on 2006-08-01. On 14 earlier days it was usually 6. Colleagues of the same role and hubs usually open 7 a day.",
    "positions": [4711, 4714, 4720]
}))]
pub struct Finding {
    /// Which rule: a code of the list `unusual_kinds`.
    pub kind: UnusualKind,
    /// Whose reading.
    pub user: UserId,
    /// Why, with the numbers.
    pub reason: String,
    /// The places in the log of entries that show it, the first 50.
    pub positions: Vec<i64>,
}

/// Positions that a finding names, at most.
const MOST_POSITIONS: usize = 50;

impl Finding {
    fn new(
        kind: UnusualKind,
        user: UserId,
        reason: String,
        positions: impl IntoIterator<Item = i64>,
    ) -> Self {
        Self { kind, user, reason, positions: positions.into_iter().take(MOST_POSITIONS).collect() }
    }
}

/// What all rules find.
pub(crate) fn findings(look: &Look) -> Vec<Finding> {
    let mut found = volume::find(look);
    found.extend(outside_team::find(look));
    found.extend(hours::find(look));
    found.extend(never_worked_on::find(look));
    found.extend(before_leaving::find(look));
    found
}
