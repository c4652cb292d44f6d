//! What is wrong with a log: each thing with a stable code, where it is, and what it means.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

/// More are counted and not told, but for the first of each kind: many small ones hide no great one.
pub const MOST_TOLD: usize = 100;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal: $meaning:literal,)+) => {
        /// A kind of finding. Codes are stable: scripts may rely on them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $meaning] $name,)+
        }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The code.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// What it means.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning),+ }
            }
        }
    };
}

codes! {
    FileMissing = "file_missing": "Somebody took a part of the log away, or the export is not complete.",
    FileLength = "file_length": "A file is cut off or too long: the copy is damaged, or entries were left out or put in.",
    FileSurplus = "file_surplus": "Nothing of the log belongs there; what the file says is not covered by any signature.",
    EntryDiffers = "entry_differs": "Either the entry was changed after it was written, or its hash in the tree was. Which of the two fits the signed checkpoint is told above.",
    EntryMalformed = "entry_malformed": "The server writes no such entry: it was made by something else, or by a faulty server.",
    EntryNotCanonical = "entry_not_canonical": "The server writes the one canonical form only: the entry was made by something else.",
    EntryVersion = "entry_version": "The entry may be right, but only a newer verifier can say so: take a newer program, and verify again.",
    EntryRepeated = "entry_repeated": "An entry was copied to a second place.",
    EntryMoment = "entry_moment": "The moment of the entry is not the one at which its id was made: one of the two was invented.",
    ClockBackwards = "clock_backwards": "The clock of a server was set back, or entries were put in later. Moments around this place are not to be relied on.",
    ColumnsDiffer = "columns_differ": "The database beside the entry was edited. Lists and searches of the log are made from it and show something else than the entry.",
    NodeDiffers = "node_differs": "A stored hash of the tree was edited. The entries under it are what their own hashes say.",
    RootDiffers = "root_differs": "What the log signed is not what the bundle holds: entries were changed, left out or put in after they were signed, or the tree was built anew without the key.",
    CheckpointMalformed = "checkpoint_malformed": "A checkpoint was edited or is damaged.",
    CheckpointOrigin = "checkpoint_origin": "The checkpoint is of another log than the key.",
    CheckpointSignature = "checkpoint_signature": "The checkpoint was edited, or it was made by somebody without the key of the log.",
    CheckpointKey = "checkpoint_key": "Somebody without the trusted key signed it, or keys were changed without announcing it on the log.",
    CheckpointOrder = "checkpoint_order": "Checkpoints were edited or put in: the server stores them as the log grows.",
    CheckpointMissing = "checkpoint_missing": "The newest checkpoint and the stored ones are not of one piece: one was put in or taken out.",
    PinnedKeyUnseen = "pinned_key_unseen": "Nothing in the bundle is vouched for by the key that you trust.",
    KeyRotation = "key_rotation": "The log changed its key in a way that the key before it does not vouch for.",
    KeysFile = "keys_file": "The list of keys is not the one that the log tells. Trust is not taken from it, so nothing else follows.",
    Truncated = "truncated": "The end of the log was cut off, or an older state of it was put back.",
    Fork = "fork": "There are two histories of this log, and both were signed. Keep both: together they prove it.",
    CopyNotSigned = "copy_not_signed": "It is not from this log, or was edited; it proves nothing about the log.",
    ForkNotSigned = "fork_not_signed": "Somebody without the key of the log wants a loss to look as if it had been accepted.",
    CopyDiffers = "copy_differs": "The log was changed since the table was made, or the table was: nobody signed it. It is worth as much as the place where it was kept; look for a signed copy of the same time.",
    Unsequenced = "unsequenced": "Events were recorded and have no place in the log yet: nothing covers them, and they could still be taken away unseen.",
    CosignatureFalse = "cosignature_false": "A signature in the name of a witness is not by it: the checkpoint was edited.",
    QuorumUnmet = "quorum_unmet": "Not as many witnesses as the policy asks for have seen this state of the log.",
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its kind.
    pub code: Code,
    /// The first entry that it is about.
    pub position: Option<u64>,
    /// The last entry that it is about.
    pub until: Option<u64>,
    /// What was found.
    pub what: String,
    /// What that means.
    pub meaning: &'static str,
}

/// Everything that is wrong. It keeps a bounded number and counts the rest.
#[derive(Debug, Default)]
pub struct Findings {
    told: Vec<Finding>,
    total: u64,
    first_entry: Option<u64>,
    first_node: Option<u64>,
    kinds: BTreeSet<Code>,
    /// Of each kind: where its latest run of entries ends, and its place among those that are told.
    runs: BTreeMap<Code, (u64, Option<usize>)>,
}

impl Findings {
    /// Something about no entry in particular.
    pub(super) fn add(&mut self, code: Code, what: impl Into<String>) {
        let what = what.into();
        self.push(Finding { code, position: None, until: None, what, meaning: code.meaning() });
    }

    /// Something about one entry.
    pub(super) fn at(&mut self, code: Code, position: u64, what: impl FnOnce() -> String) {
        self.between(code, position, position, what);
    }

    /// Something about a run of entries. One that follows on a run of its kind makes that longer.
    pub(super) fn between(&mut self, code: Code, first: u64, last: u64, what: impl FnOnce() -> String) {
        let earliest = if code == Code::NodeDiffers { &mut self.first_node } else { &mut self.first_entry };
        *earliest = Some(earliest.map_or(first, |known| known.min(first)));
        match self.runs.get_mut(&code) {
            Some((end, told)) if *end + 1 == first || *end == first => {
                *end = last;
                if let Some(finding) = told.and_then(|told| self.told.get_mut(told)) {
                    finding.until = Some(last);
                }
            }
            _ => {
                let told = self.push(Finding {
                    code,
                    position: Some(first),
                    until: Some(last),
                    what: what(),
                    meaning: code.meaning(),
                });
                self.runs.insert(code, (last, told));
            }
        }
    }

    /// Its place among those that are told, if it is.
    fn push(&mut self, finding: Finding) -> Option<usize> {
        self.total += 1;
        let is_new = self.kinds.insert(finding.code);
        let place = (is_new || self.told.len() < MOST_TOLD).then_some(self.told.len())?;
        self.told.push(finding);
        Some(place)
    }

    /// Whether there is one of this kind.
    pub(super) fn has(&self, code: Code) -> bool {
        self.kinds.contains(&code)
    }

    /// Whether there is one of this kind, and none of another.
    pub(super) fn has_only(&self, code: Code) -> bool {
        self.kinds.iter().eq([&code])
    }

    /// The first [`MOST_TOLD`] of them, and the first of each kind.
    #[must_use]
    pub fn told(&self) -> &[Finding] {
        &self.told
    }

    /// How many there are; a run of entries counts once.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The first entry that is known to be wrong. A hash above it says no more than that it is one of many.
    #[must_use]
    pub fn first_entry(&self) -> Option<u64> {
        self.first_entry
    }

    /// The same; where no entry is, the first under a hash that is wrong.
    #[must_use]
    pub fn first_position(&self) -> Option<u64> {
        self.first_entry.or(self.first_node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_that_follow_on_each_other_are_one_finding() {
        let mut findings = Findings::default();
        for position in [7, 8, 9, 11] {
            findings.at(Code::EntryDiffers, position, || format!("entry {position}"));
            findings.at(Code::ColumnsDiffer, position, String::new);
        }
        let runs: Vec<_> =
            findings.told().iter().map(|told| (told.code, told.position, told.until)).collect();
        assert_eq!(runs.len(), 4);
        assert_eq!(runs[0], (Code::EntryDiffers, Some(7), Some(9)));
        assert_eq!(runs[2], (Code::EntryDiffers, Some(11), Some(11)));
        assert_eq!(findings.told()[0].what, "entry 7");
        assert_eq!(findings.first_position(), Some(7));
    }

    #[test]
    fn what_is_not_told_is_counted() {
        let mut findings = Findings::default();
        for position in 0..500 {
            findings.at(Code::EntryDiffers, position * 3, String::new);
            findings.at(Code::EntryDiffers, position * 3 + 1, String::new);
        }
        assert_eq!((findings.told().len(), findings.total()), (MOST_TOLD, 500));
    }

    #[test]
    fn many_of_one_kind_hide_none_of_another() {
        let mut findings = Findings::default();
        for number in 0..500 {
            findings.add(Code::FileSurplus, format!("file {number}"));
        }
        for code in Code::ALL {
            findings.add(*code, "first");
            findings.at(*code, 7, || "second".to_owned());
        }
        for code in Code::ALL {
            let told: Vec<&str> = findings
                .told()
                .iter()
                .filter(|told| told.code == *code)
                .map(|told| told.what.as_str())
                .collect();
            assert_eq!(told.len(), if *code == Code::FileSurplus { MOST_TOLD } else { 1 }, "{code:?}");
        }
        // A run that is not told is not made longer in place of another.
        findings.at(Code::Truncated, 8, String::new);
        assert!(findings.told().iter().all(|told| told.until.is_none()));
    }

    #[test]
    fn no_two_kinds_have_one_code() {
        let codes: std::collections::BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), Code::ALL.len());
    }
}
