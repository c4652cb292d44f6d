//! When two cases may be merged, and when a merge may be undone: facts in, everything that is unmet out.
//!
//! What a table keeps as a rule of its own (one open stay, one open journey) is asked of `cases::holdings`.

use crate::cases::codes::Status;
use crate::error::Unmet;
use crate::machine::unmet;

/// What is asked of either case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// Its status.
    pub status: Status,
    /// Whether only its team may reach it.
    pub restricted: bool,
    /// Whether its person was erased.
    pub erased: bool,
    /// Whether another case stands merged into it.
    pub holds_a_merge: bool,
}

/// Guard of both: nobody brings back, or takes apart, what was erased.
const NOT_ERASED: &str = "not_erased";

/// What stands in the way of merging `duplicate` into `survivor`.
#[must_use]
pub fn merge(survivor: &Side, duplicate: &Side) -> Vec<Unmet> {
    let mut missing = Vec::new();
    if survivor.erased || duplicate.erased {
        missing.push(unmet(NOT_ERASED, "one of the two was erased: nothing is left to be merged"));
    }
    // One step from a merged case to its survivor, never two: so undoing a merge touches no other.
    if duplicate.holds_a_merge {
        missing.push(unmet(
            "duplicate_holds_no_merge",
            "another case was merged into the duplicate: let that one survive, or undo its merge first",
        ));
    }
    // Whichever way it went, somebody would see what they must not know of, or lose what they work on.
    if survivor.restricted != duplicate.restricted {
        missing.push(unmet(
            "same_restriction",
            "one of the two is restricted to its team: restrict the other too, or lift it first",
        ));
    }
    if survivor.status == Status::Closed && duplicate.status != Status::Closed {
        missing.push(unmet(
            "survivor_not_closed",
            "the survivor is closed and the duplicate is not: reopen the survivor first, or let the duplicate survive",
        ));
    }
    missing
}

/// A case cannot be merged into itself, and nothing else is asked of it then.
#[must_use]
pub fn itself() -> Unmet {
    unmet("two_cases", "this is the case itself, by another name: name the other case")
}

/// The duplicate was merged before; `code` is where it leads.
#[must_use]
pub fn merged_before(code: &str) -> Unmet {
    unmet("duplicate_not_merged", format!("the duplicate is merged into {code} already"))
}

/// What stands in the way of undoing a merge.
#[must_use]
pub fn undo(stands: bool, survivor: &Side, merged: &Side) -> Vec<Unmet> {
    let mut missing = Vec::new();
    if !stands {
        missing.push(unmet(
            "merge_stands",
            "this merge was undone already: merge the two again if that was wrong",
        ));
    }
    if survivor.erased || merged.erased {
        missing.push(unmet(NOT_ERASED, "one of the two was erased: what went back would be nothing"));
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: Side =
        Side { status: Status::Active, restricted: false, erased: false, holds_a_merge: false };
    const CLOSED: Side = Side { status: Status::Closed, ..OPEN };

    fn guards(missing: &[Unmet]) -> Vec<&str> {
        missing.iter().map(|unmet| unmet.guard).collect()
    }

    #[test]
    fn two_cases_alike_are_merged_whichever_is_open() {
        for (survivor, duplicate) in [(OPEN, OPEN), (OPEN, CLOSED), (CLOSED, CLOSED)] {
            assert!(merge(&survivor, &duplicate).is_empty());
        }
        let restricted = Side { restricted: true, ..OPEN };
        assert!(merge(&restricted, &restricted).is_empty());
        assert!(merge(&Side { holds_a_merge: true, ..OPEN }, &OPEN).is_empty());
    }

    #[test]
    fn everything_in_the_way_of_a_merge_is_told_at_once() {
        let duplicate = Side { restricted: true, erased: true, holds_a_merge: true, ..OPEN };
        assert_eq!(
            guards(&merge(&CLOSED, &duplicate)),
            ["not_erased", "duplicate_holds_no_merge", "same_restriction", "survivor_not_closed"]
        );
    }

    #[test]
    fn a_merge_is_undone_once_and_not_after_an_erasure() {
        assert!(undo(true, &OPEN, &CLOSED).is_empty());
        let erased = Side { erased: true, ..CLOSED };
        assert_eq!(guards(&undo(false, &OPEN, &erased)), ["merge_stands", "not_erased"]);
    }
}
