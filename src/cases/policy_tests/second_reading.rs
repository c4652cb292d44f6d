//! The policy read a second time, from the design and not from `access/permissions.rs`: who holds
//! which permission how far, and what that means for a case. Plain loops over plain lists, no query.

use super::worlds::{Place, User, World, WorldCase};
use crate::access::{FieldGroup, Reach, Role};

/// Whom a permission lets reach what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// The role does not have it.
    Nobody,
    /// What is one's own.
    Oneself,
    /// What belongs to one's hubs is there; it opens to whoever has opened the case in an emergency.
    Emergency,
    /// The cases whose team one is on.
    Team,
    /// What belongs to one's hubs, and to see, the cases whose team one is on.
    Hub,
    /// The same to decide: a case of another hub is its own coordinators' matter, team or not.
    Lead,
    /// Everything.
    Network,
}
use Who::{Emergency, Hub, Lead, Network, Nobody, Oneself, Team};

impl Who {
    /// The same in the words of the server.
    pub(super) fn as_reach(self) -> Reach {
        match self {
            Nobody => Reach::No,
            Oneself => Reach::Own,
            Emergency => Reach::Emergency,
            Team => Reach::Team,
            Hub => Reach::Hub,
            Lead => Reach::Lead,
            Network => Reach::All,
        }
    }
}

/// The table, a line a permission: caseworker, coordinator, auditor, administrator, reader.
pub(super) const TABLE: &[(&str, [Who; 5])] = &[
    // Everybody has an account and may look codes up.
    ("account.read", [Oneself, Oneself, Oneself, Oneself, Oneself]),
    ("account.update", [Oneself, Oneself, Oneself, Oneself, Oneself]),
    ("code_list.read", [Network, Network, Network, Network, Network]),
    // Users and hubs are the administrator's; the auditor reviews them; a coordinator sees their own.
    ("user.list", [Nobody, Hub, Network, Network, Nobody]),
    ("user.read", [Nobody, Hub, Network, Network, Nobody]),
    ("user.create", [Nobody, Nobody, Nobody, Network, Nobody]),
    ("user.update", [Nobody, Nobody, Nobody, Network, Nobody]),
    // Who was made to log in is safe when whoever answers for them says so.
    ("user.lift_duress", [Nobody, Lead, Nobody, Network, Nobody]),
    // Nobody is let in, raised or given another password by one person alone.
    ("account.recover", [Nobody, Lead, Nobody, Network, Nobody]),
    ("grant.read", [Nobody, Hub, Network, Network, Nobody]),
    ("grant.decide", [Nobody, Lead, Nobody, Network, Nobody]),
    // Whoever is arrested is logged out by whoever hears of it first.
    ("user.end_sessions", [Nobody, Hub, Nobody, Network, Nobody]),
    // A leaver's cases go to others by whoever assigns them.
    ("team.hand_over", [Nobody, Lead, Nobody, Nobody, Nobody]),
    // Who put their own access away gets it back from whoever sees that they are safe.
    ("user.end_away", [Nobody, Hub, Nobody, Network, Nobody]),
    // How much somebody reads is seen by whoever answers for them, and by who reviews; only the former let them read more.
    ("reading_budget.read", [Nobody, Hub, Network, Nobody, Nobody]),
    ("reading_budget.allow", [Nobody, Lead, Nobody, Nobody, Nobody]),
    ("hub.list", [Hub, Hub, Network, Network, Nobody]),
    ("hub.read", [Hub, Hub, Network, Network, Nobody]),
    ("hub.create", [Nobody, Nobody, Nobody, Network, Nobody]),
    ("hub.update", [Nobody, Nobody, Nobody, Network, Nobody]),
    // Shelters: codename and beds for whoever works there; run by coordinators, made by administrators.
    ("shelter.list", [Hub, Hub, Nobody, Network, Nobody]),
    ("shelter.read", [Hub, Hub, Nobody, Network, Nobody]),
    ("shelter.create", [Nobody, Hub, Nobody, Network, Nobody]),
    ("shelter.update", [Nobody, Hub, Nobody, Network, Nobody]),
    // A caseworker works on the cases whose team they are on; a coordinator reads and assigns those of
    // their hubs, and reads others whose team they are on; nobody else sees that there is a case at all.
    ("case.list", [Team, Hub, Nobody, Nobody, Nobody]),
    ("case.search", [Team, Nobody, Nobody, Nobody, Nobody]),
    // Whoever may open the names may ask who else has them; of pairs the coordinators are told, and each side decides.
    ("identity.compare", [Team, Nobody, Nobody, Nobody, Nobody]),
    ("duplicate.list", [Nobody, Hub, Nobody, Nobody, Nobody]),
    ("duplicate.decide", [Team, Lead, Nobody, Nobody, Nobody]),
    ("case.read", [Team, Hub, Nobody, Nobody, Nobody]),
    ("case.create", [Hub, Nobody, Nobody, Nobody, Nobody]),
    ("case.update", [Team, Nobody, Nobody, Nobody, Nobody]),
    ("case.restrict", [Team, Lead, Nobody, Nobody, Nobody]),
    ("case.move", [Team, Nobody, Nobody, Nobody, Nobody]),
    ("case.status", [Team, Nobody, Nobody, Nobody, Nobody]),
    ("case.close", [Team, Nobody, Nobody, Nobody, Nobody]),
    ("case.reopen", [Team, Lead, Nobody, Nobody, Nobody]),
    // What becomes of a team is the coordinator's to say, and a merge gives places on one.
    ("case.merge", [Nobody, Lead, Nobody, Nobody, Nobody]),
    ("case.history", [Team, Hub, Nobody, Nobody, Nobody]),
    ("case.correct", [Team, Nobody, Nobody, Nobody, Nobody]),
    ("case.access_log", [Team, Hub, Nobody, Nobody, Nobody]),
    ("team.list", [Team, Hub, Nobody, Nobody, Nobody]),
    ("team.update", [Nobody, Lead, Nobody, Nobody, Nobody]),
    // Sealed records: those on the team whose place names the group, and who opened the case in an emergency.
    ("identity.read", [Team, Emergency, Nobody, Nobody, Nobody]),
    ("identity.write", [Team, Nobody, Nobody, Nobody, Nobody]),
    ("contact.read", [Team, Emergency, Nobody, Nobody, Nobody]),
    ("contact.write", [Team, Nobody, Nobody, Nobody, Nobody]),
    ("family.read", [Team, Emergency, Nobody, Nobody, Nobody]),
    ("family.write", [Team, Nobody, Nobody, Nobody, Nobody]),
    ("protection.read", [Team, Emergency, Nobody, Nobody, Nobody]),
    ("protection.write", [Team, Nobody, Nobody, Nobody, Nobody]),
    ("health.read", [Team, Emergency, Nobody, Nobody, Nobody]),
    ("health.write", [Team, Nobody, Nobody, Nobody, Nobody]),
    ("legal.read", [Team, Emergency, Nobody, Nobody, Nobody]),
    ("legal.write", [Team, Nobody, Nobody, Nobody, Nobody]),
    ("passage.read", [Team, Emergency, Nobody, Nobody, Nobody]),
    ("passage.write", [Team, Nobody, Nobody, Nobody, Nobody]),
    // Around the case: the team records, the coordinator follows, houses and approves.
    ("stay.read", [Team, Hub, Nobody, Nobody, Nobody]),
    ("stay.write", [Team, Lead, Nobody, Nobody, Nobody]),
    ("journey.read", [Team, Hub, Nobody, Nobody, Nobody]),
    ("journey.write", [Team, Nobody, Nobody, Nobody, Nobody]),
    ("journey.approve", [Nobody, Lead, Nobody, Nobody, Nobody]),
    ("application.read", [Team, Hub, Nobody, Nobody, Nobody]),
    ("application.write", [Team, Nobody, Nobody, Nobody, Nobody]),
    ("resettlement.read", [Team, Hub, Nobody, Nobody, Nobody]),
    ("resettlement.write", [Team, Nobody, Nobody, Nobody, Nobody]),
    // The person's own copy holds everything, so it is made by whoever may open everything.
    ("own_copy.make", [Team, Nobody, Nobody, Nobody, Nobody]),
    // Erasing: whoever works on it or leads may ask and object, another one of the hub's coordinators decides.
    ("erasure.list", [Team, Hub, Nobody, Nobody, Nobody]),
    ("erasure.read", [Team, Hub, Nobody, Nobody, Nobody]),
    ("erasure.request", [Team, Lead, Nobody, Nobody, Nobody]),
    ("erasure.decide", [Nobody, Lead, Nobody, Nobody, Nobody]),
    ("hold.write", [Nobody, Lead, Nobody, Nobody, Nobody]),
    // In an emergency whoever is of the hub opens a case; coordinators watch and end, auditors review.
    ("emergency.open", [Lead, Lead, Nobody, Nobody, Nobody]),
    ("emergency.read", [Oneself, Hub, Network, Nobody, Nobody]),
    ("emergency.explanation", [Oneself, Hub, Nobody, Nobody, Nobody]),
    ("emergency.end", [Oneself, Hub, Nobody, Nobody, Nobody]),
    ("emergency.review", [Nobody, Nobody, Network, Nobody, Nobody]),
    // Figures within one's reach; the log is the auditor's, an administrator sees what they did.
    ("report.stages", [Team, Hub, Nobody, Nobody, Nobody]),
    ("audit.read", [Nobody, Nobody, Network, Oneself, Nobody]),
    ("audit.verify", [Nobody, Nobody, Network, Nobody, Nobody]),
    // What is asked about colleagues, and the traps set for them: the auditor alone, nobody whom it may be about.
    ("audit.ask", [Nobody, Nobody, Network, Nobody, Nobody]),
    ("audit.canary", [Nobody, Nobody, Network, Nobody, Nobody]),
    ("audit.witness", [Nobody, Nobody, Network, Nobody, Nobody]),
    // Which keys there are, never a key: who looks after them, and who reviews.
    ("key.list", [Nobody, Nobody, Network, Network, Nobody]),
    // In a raid whoever leads, or runs the server, shuts it.
    ("system.seal", [Nobody, Network, Nobody, Network, Nobody]),
    // The program's own, nobody's.
    ("system.act", [Nobody, Nobody, Nobody, Nobody, Nobody]),
];

/// What whoever has opened a case in an emergency may do with it: look, and nothing else.
const IN_EMERGENCY: [&str; 14] = [
    "case.read",
    "case.history",
    "team.list",
    "identity.read",
    "contact.read",
    "family.read",
    "protection.read",
    "health.read",
    "legal.read",
    "passage.read",
    "stay.read",
    "journey.read",
    "application.read",
    "resettlement.read",
];

/// What the table says.
pub(super) fn who(permission: &str, role: Role) -> Option<Who> {
    let (_, line) = TABLE.iter().find(|(name, _)| *name == permission)?;
    Some(match role {
        Role::Caseworker => line[0],
        Role::Coordinator => line[1],
        Role::Auditor => line[2],
        Role::Administrator => line[3],
        Role::Reader => line[4],
    })
}

/// How a question ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Decision {
    /// The session stands for nobody: 401.
    Unknown,
    /// The role does not have the permission: 403.
    Forbidden,
    /// As if there were no such case: 404.
    Hidden,
    /// The case is there, the field group is closed: 403.
    Withheld,
    /// The case may be read, and is another hub's to decide about: 403.
    ToReadOnly,
    /// It may be.
    Allowed,
}

/// Whether `user` may use a permission on `case`.
pub(super) fn may(world: &World, user: &User, permission: &str, case: Option<&WorldCase>) -> Decision {
    if user.suspended || user.logged_out {
        return Decision::Unknown;
    }
    let who = who(permission, user.role).unwrap_or(Nobody);
    if who == Nobody {
        return Decision::Forbidden;
    }
    let Some(named) = case else { return Decision::Hidden };
    // Whoever names a case that was merged is led to the one it went on as, and no list holds it.
    let case = named.merged.as_ref().map_or(named, |merged| &world.cases[merged.into]);
    if named.merged.is_some() && permission == "case.list" {
        return Decision::Hidden;
    }
    let place = place_of(world, user, case);
    let in_hub = user.hubs.contains(&case.hub) && !case.restricted;
    let emergency = in_hub && IN_EMERGENCY.contains(&permission) && has_emergency(world, user, case);
    let reached = match who {
        Team => place.is_some() || emergency,
        Hub | Lead | Emergency => place.is_some() || in_hub,
        Nobody | Oneself | Network => false,
    };
    if !reached {
        return Decision::Hidden;
    }
    if who == Lead && !user.hubs.contains(&case.hub) {
        return Decision::ToReadOnly;
    }
    let Some(group) = group_of(permission) else { return Decision::Allowed };
    let has = |place: Option<&Place>| place.is_some_and(|place| place.opens.contains(&group));
    let opened = match &named.merged {
        None => has(place),
        // What was sealed for the other case: somebody has decided since, or the merge said so, or it is as before.
        Some(_) if place.is_some_and(|place| place.given_since) => has(place),
        Some(merged) => has(place_of(world, user, named)) || (merged.joined && has(place)),
    };
    if (opened && who != Emergency) || emergency { Decision::Allowed } else { Decision::Withheld }
}

/// An emergency access that has not ended.
fn has_emergency(world: &World, user: &User, case: &WorldCase) -> bool {
    case.emergencies.iter().any(|(holder, ends_at)| *holder == user.id && world.now < *ends_at)
}

/// A place that has not ended.
fn place_of<'w>(world: &World, user: &User, case: &'w WorldCase) -> Option<&'w Place> {
    let mut place = None;
    for candidate in &case.places {
        let over = candidate.ends_at.is_some_and(|end| world.now >= end);
        if candidate.user == user.id && !over {
            place = Some(candidate);
        }
    }
    place
}

/// The field group that a permission opens.
pub(super) fn group_of(permission: &str) -> Option<FieldGroup> {
    Some(match permission.split('.').next()? {
        "identity" => FieldGroup::Identity,
        "contact" => FieldGroup::Contact,
        "family" => FieldGroup::Family,
        "protection" => FieldGroup::Protection,
        "health" => FieldGroup::Health,
        "legal" => FieldGroup::Legal,
        "passage" => FieldGroup::Passage,
        _ => return None,
    })
}
