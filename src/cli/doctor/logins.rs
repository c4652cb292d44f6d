//! What somebody needs to log in.

use super::finding::Finding;
use crate::access::FactorRule;

const ABOUT: &str = "logins";

/// Looks at it.
pub fn look(rule: FactorRule) -> Finding {
    if rule == FactorRule::nobody() {
        return Finding::warning(
            ABOUT,
            "a password is enough for everybody: unset WAYSTATION_ALLOW_PASSWORD_ALONE before there are people in it",
        );
    }
    Finding::ok(ABOUT, "whoever leads, reviews or runs the network needs a second factor")
}
