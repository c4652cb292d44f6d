//! Code lists of accounts. The codes bind the checks of the migrations.

pub use crate::access::actor::UserStatus;
use crate::db::types::text_enum;

text_enum! {
    /// Why a session ended before its time.
    SessionEnd, "session_ends", "Waystation" {
        Logout = "logout": "Logged out",
        Reuse = "reuse": "A used refresh token came again: somebody else may have it",
        PasswordChanged = "password_changed": "The password was changed in another session",
        Suspended = "suspended": "The user was suspended",
        Withdrawn = "withdrawn": "A coordinator or an administrator ended all sessions of the user",
        Administrator = "administrator": "The operator set a new password",
        FactorEnrolled = "factor_enrolled": "A second factor was enrolled in another session",
        FactorReset = "factor_reset": "The second factor was taken away by the operator",
        Recovered = "recovered": "Two people gave the user a code for another password",
        Elsewhere = "elsewhere": "The user logged in elsewhere, and every other session had to end",
    }
}

text_enum! {
    /// What is granted to an account by two people.
    GrantKind, "grant_kinds", "Waystation" {
        Invitation = "invitation": "A new user",
        Role = "role": "Another role",
        Recovery = "recovery": "Another password and second factor, for whoever has lost them",
    }
}

text_enum! {
    /// What became of what was asked for.
    GrantDecision, "grant_decisions", "Waystation" {
        Approved = "approved": "Somebody else has approved it",
        Refused = "refused": "Somebody else has refused it",
        Withdrawn = "withdrawn": "Whoever asked has withdrawn it",
        Lapsed = "lapsed": "Nobody decided in time, and it was asked for anew",
    }
}

text_enum! {
    /// Whether somebody has decided.
    GrantState, "grant_states", "Waystation" {
        Open = "open": "Somebody may decide",
        Expired = "expired": "Nobody decided in time",
        Decided = "decided": "It was decided",
    }
}
