//! How far a permission reaches for a role.

use std::fmt;

/// What a role may reach with a permission. Silence is [`Reach::No`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Nothing: the role does not hold the permission.
    No,
    /// An empty network: whoever logged in under duress may ask for everything of their role, and finds nothing. No row of
    /// the table says so.
    Nothing,
    /// What is the user's own: their account, their actions.
    Own,
    /// Cases whose team the user is on now.
    Team,
    /// The same as [`Reach::Hub`] to decide and not to look: on a case of a hub that is not theirs a place
    /// on the team gives nothing more than reading.
    Lead,
    /// The same as [`Reach::Hub`] to learn that a case is there; what is sealed of it opens only to whoever has opened it in
    /// an emergency, as long as that lasts.
    Emergency,
    /// Everything of the user's hubs, except restricted cases whose team they are not on; and the cases whose
    /// team they are on.
    Hub,
    /// The whole network.
    All,
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::No => "-",
            Self::Nothing => "nothing",
            Self::Own => "own",
            Self::Emergency => "emergency",
            Self::Team => "team",
            Self::Lead => "lead",
            Self::Hub => "hub",
            Self::All => "all",
        })
    }
}
