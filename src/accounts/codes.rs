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
        Administrator = "administrator": "An administrator set a new password",
    }
}
