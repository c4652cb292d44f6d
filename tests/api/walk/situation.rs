//! Where the thing that a request names stands to the person who asks, and what the permission's row
//! makes of that. Nothing here knows a route.

use waystation::access::permissions::Row;
use waystation::access::{FieldGroup, Reach, Role};
use waystation::db::types::CodeList as _;

/// What a route's first path parameter names: it decides what scope means for the route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A case, with everything below it.
    Case,
    /// A hub, or something that belongs to one.
    Hub,
    /// A user.
    User,
    /// An entry of the log.
    Entry,
    /// A case or a user of whom the log is asked: it is asked alike whether they are there or not.
    Logged,
    /// A canary case, or one that is to be one.
    Canary,
    /// A session or a notice, which is somebody's own.
    Session,
    /// An emergency access to a case.
    Emergency,
    /// A code list, a part of the log: the same for everybody.
    List,
    /// Nothing: a list, or something new.
    Whole,
}

impl Kind {
    /// The kind of a path; `None` for a parameter that the walk has not heard of.
    pub fn of(path: &str) -> Option<Self> {
        if ["/v1/audit/cases/", "/v1/audit/users/"].iter().any(|start| path.starts_with(start)) {
            return Some(Self::Logged);
        }
        if path.starts_with("/v1/audit/canaries/") {
            return Some(Self::Canary);
        }
        Some(match parameters(path).next() {
            None => Self::Whole,
            Some("case") => Self::Case,
            Some("hub" | "shelter") => Self::Hub,
            // What is granted to a user stands where the user does.
            Some("user" | "grant") => Self::User,
            Some("event") => Self::Entry,
            Some("session" | "notice" | "api_key") => Self::Session,
            Some("emergency_access") => Self::Emergency,
            Some("list" | "tile") => Self::List,
            Some(_) => return None,
        })
    }

    /// Everything that is asked of each route of the kind.
    pub fn situations(self) -> Vec<Situation> {
        match self {
            Self::Case => CASES.to_vec(),
            Self::Hub | Self::User | Self::Entry => vec![OWN_HUB, ANOTHERS, ABSENT, NO_ID, NO_PART],
            Self::Session | Self::Emergency => vec![OWN_HUB, ANOTHERS, ABSENT, NO_ID],
            Self::List => vec![OWN_HUB, ABSENT, NO_ID],
            Self::Logged | Self::Canary => vec![OWN_HUB, ANOTHERS, ABSENT, RESTRICTED, NO_ID],
            Self::Whole => vec![OWN_HUB],
        }
    }
}

/// The names of a path's parameters.
pub fn parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split(['{', '}']).skip(1).step_by(2)
}

/// A place on the case's team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// None.
    None,
    /// Now, with every field group.
    Full,
    /// Now, without any field group.
    Lean,
    /// One that has ended, with every field group.
    Ended,
}

/// How the address names the thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// By its id.
    Good,
    /// By what is no id.
    NoId,
    /// By its id, and what is below it by what is no id.
    NoPart,
    /// By its code with another check character.
    MistypedCode,
}

/// Where the thing stands to the person who asks.
#[derive(Clone, Copy, Debug)]
pub struct Situation {
    /// For messages.
    pub name: &'static str,
    /// Whether it is there at all.
    pub there: bool,
    /// Whether it belongs to the person's hub; of an entry of the log, to their own actions.
    pub own: bool,
    /// Whether the case is restricted.
    pub restricted: bool,
    /// The person's place on the case's team.
    pub place: Place,
    /// Whether the ids below the case are those of another case.
    pub strange_parts: bool,
    /// How the address names it.
    pub spelling: Spelling,
}

impl Situation {
    /// Whether an address of this form can be in it.
    pub fn fits(&self, path: &str) -> bool {
        (!self.strange_parts || has_parts(path))
            && (self.spelling != Spelling::NoPart || parameters(path).count() > 1)
    }
}

/// Whether a path has ids below the case that belong to one case alone.
fn has_parts(path: &str) -> bool {
    Kind::of(path) == Some(Kind::Case)
        && parameters(path).skip(1).any(|name| !["user", "version"].contains(&name))
}

/// It belongs to the person's hub, and the person is on no team.
pub const OWN_HUB: Situation = Situation {
    name: "of the own hub",
    there: true,
    own: true,
    restricted: false,
    place: Place::None,
    strange_parts: false,
    spelling: Spelling::Good,
};
const ANOTHERS: Situation = Situation { name: "another's", own: false, ..OWN_HUB };
const ABSENT: Situation = Situation { name: "absent", there: false, ..OWN_HUB };
const RESTRICTED: Situation = Situation { name: "restricted", restricted: true, ..OWN_HUB };
/// The same, and the person is on the team of the case.
pub const ON_TEAM: Situation = Situation { name: "own, on the team", place: Place::Full, ..OWN_HUB };

const NO_ID: Situation = Situation { name: "named by no id", spelling: Spelling::NoId, ..OWN_HUB };
const NO_PART: Situation =
    Situation { name: "with a part that is named by no id", spelling: Spelling::NoPart, ..OWN_HUB };

const CASES: [Situation; 17] = [
    ON_TEAM,
    OWN_HUB,
    ANOTHERS,
    ABSENT,
    RESTRICTED,
    Situation { name: "restricted, on the team", place: Place::Full, ..RESTRICTED },
    Situation { name: "restricted, on the team without a field group", place: Place::Lean, ..RESTRICTED },
    Situation { name: "restricted, after the place has ended", place: Place::Ended, ..RESTRICTED },
    Situation { name: "after the place has ended", place: Place::Ended, ..OWN_HUB },
    Situation { name: "on the team without a field group", place: Place::Lean, ..OWN_HUB },
    Situation { name: "another hub's, on the team", place: Place::Full, ..ANOTHERS },
    Situation {
        name: "another hub's and restricted, on the team",
        restricted: true,
        place: Place::Full,
        ..ANOTHERS
    },
    Situation { name: "own, with the parts of another case", strange_parts: true, ..ON_TEAM },
    Situation { spelling: Spelling::NoId, name: "named by no id, on the team", ..ON_TEAM },
    Situation { spelling: Spelling::MistypedCode, name: "own, named by a mistyped code", ..ON_TEAM },
    Situation { spelling: Spelling::NoPart, name: "own, with a part that is named by no id", ..ON_TEAM },
    // Within reach or not, it is the same: the writing is looked at before the case is.
    Situation {
        spelling: Spelling::NoPart,
        name: "another hub's, with a part that is named by no id",
        ..ANOTHERS
    },
];

/// The answer that is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// 403: the role does not hold the permission.
    Forbidden,
    /// 403: the case may be seen, and this field group not.
    Withheld,
    /// 403: the case may be read, and this is another hub's to decide.
    ToReadOnly,
    /// 404: not within reach, or not there.
    Hidden,
    /// 400: a case code that no case can have.
    Mistyped,
    /// What the request deserves.
    Allowed,
}

impl Expected {
    /// What `row` says to `role` in the situation.
    pub fn of(row: &Row, role: Role, kind: Kind, situation: &Situation) -> Self {
        let reach = row.reach_of(role);
        // The permission comes first: whoever lacks it learns nothing of the address, not even a slip of the pen.
        if reach == Reach::No {
            return Self::Forbidden;
        }
        // And the writing before the database is asked: what is no id is there for nobody.
        match situation.spelling {
            Spelling::Good => {}
            Spelling::NoId | Spelling::NoPart => return Self::Hidden,
            Spelling::MistypedCode => return Self::Mistyped,
        }
        let there = situation.there || kind == Kind::Logged;
        if !there || !within(reach, kind, situation) {
            return Self::Hidden;
        }
        if reach == Reach::Lead && !situation.own {
            return Self::ToReadOnly;
        }
        if opens_a_group(row) && (situation.place != Place::Full || reach == Reach::Emergency) {
            return Self::Withheld;
        }
        if situation.strange_parts { Self::Hidden } else { Self::Allowed }
    }

    /// Its status and code, unless it is what the request deserves.
    pub fn refusal(self) -> Option<(u16, &'static str)> {
        match self {
            Self::Forbidden => Some((403, "forbidden")),
            Self::Withheld => Some((403, "field_group_withheld")),
            Self::ToReadOnly => Some((403, "command_withheld")),
            Self::Hidden => Some((404, "not_found")),
            Self::Mistyped => Some((400, "invalid_case_code")),
            Self::Allowed => None,
        }
    }

    /// Whether it denies anything, and so is on the log as refused.
    pub fn denies(self) -> bool {
        [Self::Forbidden, Self::Withheld, Self::ToReadOnly, Self::Hidden].contains(&self)
    }
}

fn within(reach: Reach, kind: Kind, situation: &Situation) -> bool {
    let on_team = matches!(situation.place, Place::Full | Place::Lean);
    match (kind, reach) {
        (Kind::Whole | Kind::List, _)
        | (
            Kind::Hub | Kind::User | Kind::Entry | Kind::Logged | Kind::Canary | Kind::Emergency,
            Reach::All,
        ) => true,
        (Kind::Case, Reach::Team) => on_team,
        (Kind::Case, Reach::Hub | Reach::Lead | Reach::Emergency) => {
            on_team || (situation.own && !situation.restricted)
        }
        (Kind::Hub | Kind::User | Kind::Emergency, Reach::Hub)
        | (Kind::User, Reach::Lead)
        | (Kind::Entry | Kind::Session | Kind::Emergency, Reach::Own) => situation.own,
        _ => false,
    }
}

/// Permissions on sealed records are named after their group.
fn opens_a_group(row: &Row) -> bool {
    let (noun, _) = row.name.split_once('.').unwrap();
    FieldGroup::all().iter().any(|group| group.code() == noun)
}
