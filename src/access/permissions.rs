//! The permission table: the one place that says which role may do what, and how far.
//!
//! Printed to `docs/access-matrix.md` by `waystation permissions`; a test compares the two. A new
//! permission is one line here.

use super::actor::Role;
use super::reach::Reach;
use Reach::{All, Emergency, Hub, Lead, No, Own, Team};

mod sealed {
    pub trait Sealed {}
}

/// A permission as a type: what [`super::Permit`] is a permit for.
pub trait Permission: sealed::Sealed + Send + Sync + 'static {
    /// Its row of the table.
    const ROW: Row;
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Name, on the log and in the documents.
    pub name: &'static str,
    /// What it allows.
    pub about: &'static str,
    /// Reach by role, in the order of the roles.
    pub reach: [Reach; 5],
    /// Whether who has opened a case in an emergency has the permission for that case.
    pub in_emergency: bool,
    /// Whether it is about one's own account, and so there for whoever has yet to give a second factor, or is away.
    pub own_account: bool,
    /// Whether it asks for a code of the second factor that is not older than five minutes.
    pub step_up: bool,
}

impl Row {
    const fn new(name: &'static str, about: &'static str, reach: [Reach; 5]) -> Self {
        Self { name, about, reach, in_emergency: false, own_account: false, step_up: false }
    }

    const fn in_emergency(self) -> Self {
        Self { in_emergency: true, ..self }
    }

    const fn own_account(self) -> Self {
        Self { own_account: true, ..self }
    }

    const fn step_up(self) -> Self {
        Self { step_up: true, ..self }
    }

    /// How far `role` reaches.
    #[must_use]
    pub const fn reach_of(&self, role: Role) -> Reach {
        match role {
            Role::Caseworker => self.reach[0],
            Role::Coordinator => self.reach[1],
            Role::Auditor => self.reach[2],
            Role::Administrator => self.reach[3],
            Role::Reader => self.reach[4],
        }
    }
}

/// Declares the permissions, one a line.
///
/// `CaseRead = "case.read", "Read a case": Team Hub No No No, in_emergency;` expands to a marker type `CaseRead`
/// with its [`Row`], and to a row of [`PERMISSIONS`].
macro_rules! permissions {
    ($($name:ident = $text:literal, $about:literal: $($reach:ident)+ $(, $more:ident)?;)+) => {
        $(
            #[doc = $about]
            pub enum $name {}
            impl sealed::Sealed for $name {}
            impl Permission for $name {
                const ROW: Row = Row::new($text, $about, [$($reach),+])$(.$more())?;
            }
        )+

        /// Every permission, in the order of the document.
        pub const PERMISSIONS: &[Row] = &[$($name::ROW),+];
    };
}

permissions! {
    //                                                                   caseworker coordinator auditor administrator reader
    AccountRead = "account.read", "Read one's own account":                        Own  Own  Own  Own  Own, own_account;
    AccountUpdate = "account.update", "Change one's own password and second factor, end one's own sessions, put one's own access away": Own Own Own Own Own, own_account;
    CodeListRead = "code_list.read", "Read the code lists":                        All  All  All  All  All;
    UserList = "user.list", "List users":                                          No   Hub  All  All  No;
    UserRead = "user.read", "Read a user":                                         No   Hub  All  All  No;
    UserCreate = "user.create", "Ask that a user be let in":                                   No   No   No   All  No, step_up;
    UserUpdate = "user.update", "Change a user's status or hubs, ask for another role": No No No  All  No, step_up;
    AccountRecover = "account.recover", "Ask for another password of a user who has lost it": No Lead No All No, step_up;
    GrantRead = "grant.read", "See what was asked for users":                      No   Hub  All  All  No;
    GrantDecide = "grant.decide", "Decide what somebody else asked for a user":    No   Lead No   All  No, step_up;
    UserEndSessions = "user.end_sessions", "End every session of a user":          No   Hub  No   All  No;
    ReadingRead = "reading_budget.read", "See a user's reading budget":            No   Hub  All  No   No;
    ReadingAllow = "reading_budget.allow", "Allow a user to open something sealed of more cases": No Lead No No No, step_up;
    DuressLift = "user.lift_duress", "Give a user their access back who was made to log in": No Lead No All No, step_up;
    UserEndAway = "user.end_away", "Give a user back the access that they put away": No Hub No All No, step_up;
    HubList = "hub.list", "List hubs":                                             Hub  Hub  All  All  No;
    HubRead = "hub.read", "Read a hub":                                            Hub  Hub  All  All  No;
    HubCreate = "hub.create", "Create a hub":                                      No   No   No   All  No;
    HubUpdate = "hub.update", "Change a hub":                                      No   No   No   All  No;
    ShelterList = "shelter.list", "List shelters by codename":                     Hub  Hub  No   All  No;
    ShelterRead = "shelter.read", "Read a shelter":                                Hub  Hub  No   All  No;
    ShelterCreate = "shelter.create", "Create a shelter":                          No   Hub  No   All  No;
    ShelterUpdate = "shelter.update", "Change a shelter's beds or state":          No   Hub  No   All  No;
    CaseList = "case.list", "List cases":                                          Team Hub  No   No   No;
    CaseSearch = "case.search", "Search cases by name, birth, telephone or document": Team No No No No;
    CaseRead = "case.read", "Read a case":                                         Team Hub  No   No   No, in_emergency;
    CaseCreate = "case.create", "Open a case in one's hub":                        Hub  No   No   No   No;
    CaseUpdate = "case.update", "Change what a case's row says":                   Team No   No   No   No;
    CaseRestrict = "case.restrict", "Restrict a case to its team, or lift that":   Team Lead No   No   No;
    CaseMove = "case.move", "Move a case to another stage":                        Team No   No   No   No;
    CaseStatus = "case.status", "Change a case's status":                          Team No   No   No   No;
    CaseClose = "case.close", "Close a case":                                      Team No   No   No   No;
    CaseReopen = "case.reopen", "Reopen a case":                                   Team Lead No   No   No;
    CaseMerge = "case.merge", "Merge two cases that are one person, or undo that": No   Lead No   No   No;
    CaseHistory = "case.history", "Read a case's history":                         Team Hub  No   No   No, in_emergency;
    CaseCorrect = "case.correct", "Correct a case's history":                      Team No   No   No   No;
    CaseAccessLog = "case.access_log", "See who opened a case":                    Team Hub  No   No   No;
    TeamList = "team.list", "See a case's team":                                   Team Hub  No   No   No, in_emergency;
    TeamUpdate = "team.update", "Assign a case: give, change or take a place on its team": No Lead No No No;
    TeamHandOver = "team.hand_over", "Hand every place of a user on teams over to others": No Lead No No No, step_up;
    IdentityRead = "identity.read", "Open the identity record":                    Team Emergency No No No, in_emergency;
    IdentityWrite = "identity.write", "Write the identity record":                 Team No   No   No   No;
    IdentityCompare = "identity.compare", "Ask who may be the same person":        Team No   No   No   No;
    DuplicateList = "duplicate.list", "List cases that may be of one person":      No   Hub  No   No   No;
    DuplicateDecide = "duplicate.decide", "Decide that two cases are of two people": Team Lead No  No   No;
    ContactRead = "contact.read", "Open the contact record":                       Team Emergency No No No, in_emergency;
    ContactWrite = "contact.write", "Write the contact record":                    Team No   No   No   No;
    FamilyRead = "family.read", "Open the family record":                          Team Emergency No No No, in_emergency;
    FamilyWrite = "family.write", "Write the family record":                       Team No   No   No   No;
    ProtectionRead = "protection.read", "Open the protection record":              Team Emergency No No No, in_emergency;
    ProtectionWrite = "protection.write", "Write the protection record":           Team No   No   No   No;
    HealthRead = "health.read", "Open the health record":                          Team Emergency No No No, in_emergency;
    HealthWrite = "health.write", "Write the health record":                       Team No   No   No   No;
    LegalRead = "legal.read", "Open the legal record":                             Team Emergency No No No, in_emergency;
    LegalWrite = "legal.write", "Write the legal record":                          Team No   No   No   No;
    PassageRead = "passage.read", "Open the passage record":                       Team Emergency No No No, in_emergency;
    PassageWrite = "passage.write", "Write the passage record":                    Team No   No   No   No;
    StayRead = "stay.read", "See a case's stays":                                  Team Hub  No   No   No, in_emergency;
    StayWrite = "stay.write", "Take a person into a shelter, end a stay":          Team Lead No   No   No;
    JourneyRead = "journey.read", "See a case's journeys":                         Team Hub  No   No   No, in_emergency;
    JourneyWrite = "journey.write", "Plan a journey, record its legs":             Team No   No   No   No;
    JourneyApprove = "journey.approve", "Approve a journey":                       No   Lead No   No   No;
    ApplicationRead = "application.read", "See a case's asylum applications":      Team Hub  No   No   No, in_emergency;
    ApplicationWrite = "application.write", "Record an asylum application":        Team No   No   No   No;
    ResettlementRead = "resettlement.read", "See a case's resettlements":          Team Hub  No   No   No, in_emergency;
    ResettlementWrite = "resettlement.write", "Record a resettlement":             Team No   No   No   No;
    OwnCopyMake = "own_copy.make", "Make the copy that a person gets of all that is held": Team No No No No, step_up;
    ErasureList = "erasure.list", "See which erasures wait for somebody":          Team Hub  No   No   No;
    ErasureRead = "erasure.read", "See a case's erasures and legal holds":         Team Hub  No   No   No;
    ErasureRequest = "erasure.request", "Ask that a person be erased, or object to it": Team Lead No No No;
    ErasureDecide = "erasure.decide", "Decide whether a person is erased, which somebody else asked for": No Lead No No No, step_up;
    HoldWrite = "hold.write", "Place a legal hold on a case, or lift it":          No   Lead No   No   No;
    EmergencyOpen = "emergency.open", "Open a case of one's hub in an emergency": Lead Lead No   No   No;
    EmergencyRead = "emergency.read", "See which cases were opened in an emergency": Own Hub All  No   No;
    EmergencyExplanation = "emergency.explanation", "Read why a case was opened in an emergency": Own Hub No No No;
    EmergencyEnd = "emergency.end", "End an emergency access before its time":     Own  Hub  No   No   No;
    EmergencyReview = "emergency.review", "Review what was opened in an emergency": No  No   All  No   No;
    ReportStages = "report.stages", "Exact stage figures within one's reach":      Team Hub  No   No   No;
    AuditRead = "audit.read", "Read the log":                                      No   No   All  Own  No;
    AuditVerify = "audit.verify", "Fetch the whole log with its proofs":           No   No   All  No   No;
    AuditAsk = "audit.ask", "Ask who saw a case, what a user saw, what reading is unusual": No No All No No;
    AuditCanary = "audit.canary", "Mark cases as canaries, see who opened them":  No   No   All  No   No;
    AuditWitness = "audit.witness", "Hand in the signature of a witness of the log": No   No   All  No   No;
    KeyList = "key.list", "See which versions of keys there are, and how a rotation goes on": No No All All No;
    SystemSeal = "system.seal", "Seal the server at once: it wipes its keys, and answers nobody": No All No All No;
    SystemAct = "system.act", "Start, clean up, log a user in: no role, only the program itself": No No No No No;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = PERMISSIONS.iter().map(|row| row.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), PERMISSIONS.len());
    }
}
