//! Code lists of merges.

use crate::db::types::text_enum;

text_enum! {
    /// How it is known that two cases are one person.
    MergeReason, "merge_reasons", "Waystation" {
        SameDocuments = "same_documents": "Both hold the same document",
        SameAccount = "same_account": "Names, birth and relatives told in both are the same",
        PersonSaid = "person_said": "The person said so",
        WorkerKnows = "worker_knows": "Somebody who works on both knows the person",
        OpenedTwice = "opened_twice": "The case was opened twice by mistake",
        Other = "other_merge_reason": "Another reason, told in the note",
    }
}

text_enum! {
    /// Why a merge is undone.
    MergeUndoReason, "merge_undo_reasons", "Waystation" {
        TwoPersons = "two_persons": "They are two persons",
        WrongSurvivor = "wrong_survivor": "The other case is the one to go on with",
        MergedInError = "merged_in_error": "Merged by mistake",
        Other = "other_merge_undo_reason": "Another reason, told in the note",
    }
}

text_enum! {
    /// What a merge does to what the members of both teams may open.
    MergedTeam, "merged_teams", "Waystation" {
        Apart = "apart": "Nobody opens a sealed record that they did not open before",
        Joined = "joined": "Each place opens what its holder's places on both teams opened, of both cases",
    }
}
