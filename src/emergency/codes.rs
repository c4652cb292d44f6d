//! Code lists of emergency access.

use crate::db::types::text_enum;

text_enum! {
    /// Why a case has to be opened now, by somebody who does not work on it.
    EmergencyReason, "emergency_reasons", "Waystation" {
        Raid = "raid": "A shelter or its helpers were raided or arrested",
        Danger = "danger": "The person is in danger now",
        Medical = "medical": "The person needs a doctor now",
        Unreachable = "unreachable": "Nobody of the team can be reached, and it cannot wait",
        Other = "other_emergency": "Another emergency",
    }
}

text_enum! {
    /// Whether an emergency access was reviewed.
    ReviewState, "emergency_review_states", "Waystation" {
        Waiting = "waiting": "It waits for a review",
        Reviewed = "reviewed": "An auditor has reviewed it",
    }
}

text_enum! {
    /// What an auditor found about an emergency access.
    ReviewFinding, "emergency_findings", "Waystation" {
        Justified = "justified": "There was an emergency, and what was opened was needed",
        Unjustified = "unjustified": "There was none, or more was opened than it needed",
        Unclear = "unclear": "It cannot be told any more",
    }
}
