//! The one list of what holds a case: every table with something of a case in it, and what becomes of its rows when
//! two cases are merged, when that is undone, when the person is erased, when they ask for a copy, and in a backup.
//!
//! A table of another domain has its entry in that domain; those of the core have theirs here, because the core knows
//! no case. `tests/api/schema.rs` compares the list with the tables of both databases, so a new table with a case in
//! it is refused until somebody has decided all five.

mod around;
mod duplicates;
mod history;
mod manner;
mod merges;
mod records;
mod row;
mod team;

pub use manner::{BackupPart, Erasure, Holding, Merge, Moves, OwnCopy, OwnRow, SealedMember, Undo};
pub(crate) use manner::{deleted, gives_back, moves};

use crate::{asylum, emergency, network, readings, resettlement, retention, transit};

/// Every holding, in an order in which rows may be deleted: whatever refers to another stands before it.
pub const HOLDINGS: &[Holding] = &[
    around::LOG,
    around::KEPT_ANSWERS,
    around::CANARY,
    duplicates::HOLDING,
    retention::ERASURES,
    retention::HOLDS,
    emergency::HOLDING,
    readings::HOLDING,
    merges::MERGE_ROWS,
    merges::MERGE_PLACES,
    merges::MERGES,
    records::SEALED_RECORDS,
    records::CASE_KEYS,
    network::stays::HOLDING,
    transit::LEGS,
    transit::JOURNEYS,
    asylum::HOLDING,
    resettlement::HOLDING,
    team::HOLDING,
    history::HOLDING,
    row::HOLDING,
];

#[cfg(test)]
mod erasure_tests;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_table_is_listed_twice() {
        let tables: BTreeSet<&str> = HOLDINGS.iter().map(|holding| holding.table).collect();
        assert_eq!(tables.len(), HOLDINGS.len());
    }

    #[test]
    fn what_a_merge_moves_an_undo_gives_back_and_nothing_else() {
        for holding in HOLDINGS {
            let moved = matches!(holding.merge, Merge::Moves(_) | Merge::With(_));
            let given_back = matches!(holding.undo, Undo::GivesBack { .. } | Undo::With(_));
            assert_eq!(moved, given_back, "{}", holding.table);
        }
    }

    #[test]
    fn what_goes_with_another_table_names_one_that_moves() {
        for holding in HOLDINGS {
            if let Merge::With(other) = holding.merge {
                let other = HOLDINGS.iter().find(|candidate| candidate.table == other);
                assert!(
                    other.is_some_and(|other| matches!(other.merge, Merge::Moves(_))),
                    "{}",
                    holding.table
                );
            }
        }
    }

    #[test]
    fn what_opens_sealed_values_is_in_the_part_of_the_keys() {
        let keys = HOLDINGS.iter().filter(|holding| holding.backup == BackupPart::Keys);
        let keys: Vec<&str> = keys.map(|holding| holding.table).collect();
        assert_eq!(keys, ["idempotency_keys", "case_keys"]);
    }
}
