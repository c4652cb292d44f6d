//! Code lists of erasures and legal holds.

use crate::db::types::text_enum;

text_enum! {
    /// How far an erasure is.
    ErasureState, "erasure_states", "Waystation" {
        Requested = "requested": "Somebody asked for it",
        Approved = "approved": "Somebody else approved it; it is carried out when nobody objects",
        Refused = "refused": "Somebody else refused it",
        Withdrawn = "withdrawn": "It was taken back, or somebody objected",
        Erased = "erased": "The person is erased",
    }
}

text_enum! {
    /// Why a person is to be erased.
    ErasureReason, "erasure_reasons", "Waystation" {
        PersonAsked = "person_asked": "The person asked for it",
        Retention = "retention": "The case has been closed for long enough",
        OpenedInError = "opened_in_error": "The case should never have been opened",
        CourtOrder = "court_order": "A court or an authority for data protection ordered it",
        Other = "other_erasure_reason": "Another reason",
    }
}

text_enum! {
    /// What somebody else decides about it.
    ErasureDecision, "erasure_decisions", "Waystation" {
        Approve = "approve": "The person is to be erased",
        Refuse = "refuse": "The person is not to be erased",
    }
}

text_enum! {
    /// Why nothing of a case may be erased.
    HoldReason, "hold_reasons", "Waystation" {
        Court = "court": "A court asks for it, or will",
        Investigation = "investigation": "A crime against the person is looked into",
        Complaint = "complaint": "A complaint about the network's work is open",
        Other = "other_hold_reason": "Another reason",
    }
}
