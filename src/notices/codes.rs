//! Code lists of notices.

use crate::db::types::text_enum;

text_enum! {
    /// What waits for a user.
    NoticeKind, "notice_kinds", "Waystation" {
        EmergencyOpened = "emergency_opened": "A case of your hub was opened in an emergency",
        EmergencyReviewed = "emergency_reviewed": "An emergency access of yours, or of your hub, was reviewed",
        ReviewWaits = "review_waits": "An emergency access waits for a review",
        ReviewOverdue = "review_overdue": "An emergency access should have been reviewed by now",
        ErasureWaits = "erasure_waits": "Whether a person is erased waits for a decision",
        DuplicateWaits = "duplicate_waits": "Two cases may be of one person",
        CasesHandedOver = "cases_handed_over": "You were given the cases of somebody who leaves",
        ReadingBudgetSpent = "reading_budget_spent": "Somebody of your hub has opened as many cases as they may, and waits for you",
        ReadingAllowed = "reading_allowed": "You were allowed to open more cases",
        GrantWaits = "grant_waits": "Whether a user is let in, or gets another role or password, waits for a decision",
        GrantDecided = "grant_decided": "What you asked for a user was decided",
        UserIdle = "user_idle": "An account that nobody used was suspended",
        Duress = "duress": "Somebody of your hub is made to show what they have: act now, and lift it when they are safe",
        SomebodyAway = "somebody_away": "Somebody of your hub has put their own access away until a day",
    }
}

text_enum! {
    /// Whether its user has seen a notice.
    NoticeState, "notice_states", "Waystation" {
        Unseen = "unseen": "It is not marked as seen",
        Seen = "seen": "It is marked as seen",
    }
}
