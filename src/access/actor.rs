//! Who asks: the user, their role and where they belong, as they are at this request.

use super::assurance::Factor;
use super::scope::Scope;
use crate::db::types::{id, text_enum};

id!(UserId, "A user.");
id!(SessionId, "A login session.");
id!(HubId, "A hub: a team that shares cases.");
id!(CaseId, "A case: one person.");

text_enum! {
    /// What a user is in the network; one role each.
    Role, "roles", "Waystation" {
        Caseworker = "caseworker": "Works on the cases whose team they are on",
        Coordinator = "coordinator": "Runs the hubs they belong to",
        Auditor = "auditor": "Reviews the log",
        Administrator = "administrator": "Manages users, hubs, keys",
        Reader = "reader": "Reads published figures",
    }
}

text_enum! {
    /// Whether a user may log in.
    UserStatus, "user_statuses", "Waystation" {
        Invited = "invited": "Has yet to choose a password, with a code that two people give",
        Active = "active": "May log in",
        Suspended = "suspended": "May not log in; every session is ended",
    }
}

text_enum! {
    /// A group of sealed fields of a case, granted apart from the others.
    FieldGroup, "field_groups", "Waystation" {
        Identity = "identity": "Names, birth date, documents",
        Contact = "contact": "How to reach the person",
        Family = "family": "Relatives, children, their residency and schooling",
        Protection = "protection": "Trafficking, abuse, bounty, safety plan",
        Health = "health": "Health",
        Legal = "legal": "Story, detention, lawyer",
        Passage = "passage": "Brokers, price, debt, route, guide",
    }
}

/// The user behind a request, read from the database when the request came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The user.
    pub user: UserId,
    /// The session the token belongs to.
    pub session: SessionId,
    /// The role now.
    pub role: Role,
    /// The hubs now.
    pub hubs: Vec<HubId>,
    /// Their second factor, as their session sees it.
    pub factor: Factor,
    /// Whether they have put their own access away for a while.
    pub away: bool,
    /// Whether they logged in with the password that says that they are made to.
    pub duress: bool,
    /// What of it they may, where a program acts by a key of theirs.
    pub scope: Option<Scope>,
}
