//! The server's decisions on cases against a second, independent reading of the policy: a hundred
//! thousand questions on random networks, every list, and every cell of the permission table weakened.

pub(in crate::cases) mod database;
mod second_reading;
mod worlds;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use crate::access::permissions::{self as permission, Permission};
use crate::access::{Actor, Assurance, CaseId, FactorRule, PERMISSIONS, Permit, Reach, Role};
use crate::accounts::access_token::Bearer;
use crate::accounts::authenticate::actor_of;
use crate::audit::entry::RequestId;
use crate::audit::{Action, Event};
use crate::cases::code::CaseRef;
use crate::cases::store::{self, CaseListFilter, CaseOrder};
use crate::db::types::{CodeList as _, Timestamp};
use crate::db::{Db, Tx};
use crate::error::{Code, Error};
use crate::http::context::RequestContext;
use database::TestDatabase;
use second_reading::{Decision, TABLE, Who, group_of, may, who};
use worlds::{User, World, WorldCase};

const EVERY_REACH: [Reach; 7] =
    [Reach::No, Reach::Own, Reach::Team, Reach::Lead, Reach::Emergency, Reach::Hub, Reach::All];

const WORLDS: u64 = 100;
const QUESTIONS: usize = 1_000;

/// A permission on a case, and how the server is asked about it: as itself, or with another reach.
struct Asking {
    name: &'static str,
    ask: fn(&mut Tx<'_>, Option<&Actor>, Option<Reach>, &CaseRef) -> Decision,
}

macro_rules! askings {
    ($($name:ident)+) => {
        &[$(Asking { name: permission::$name::ROW.name, ask: ask::<permission::$name> }),+]
    };
}

/// Every permission that is used on a case.
const ON_CASES: &[Asking] = askings! {
    CaseRead CaseUpdate CaseRestrict CaseMove CaseStatus CaseClose CaseReopen CaseMerge CaseHistory CaseCorrect
    CaseAccessLog TeamList TeamUpdate IdentityRead IdentityWrite ContactRead ContactWrite FamilyRead
    FamilyWrite ProtectionRead ProtectionWrite HealthRead HealthWrite LegalRead LegalWrite PassageRead
    PassageWrite StayRead StayWrite JourneyRead JourneyWrite JourneyApprove ApplicationRead
    ApplicationWrite ResettlementRead ResettlementWrite OwnCopyMake ErasureRead ErasureRequest ErasureDecide HoldWrite
    IdentityCompare DuplicateDecide EmergencyOpen
};

/// Permissions that name no case in a request.
const ON_NO_CASE: [&str; 42] = [
    "account.read",
    "account.recover",
    "account.update",
    "audit.ask",
    "audit.canary",
    "audit.read",
    "audit.verify",
    "audit.witness",
    "case.create",
    "case.list",
    "case.search",
    "code_list.read",
    "duplicate.list",
    "emergency.end",
    "emergency.explanation",
    "emergency.read",
    "emergency.review",
    "erasure.list",
    "grant.decide",
    "grant.read",
    "hub.create",
    "hub.list",
    "hub.read",
    "hub.update",
    "key.list",
    "report.stages",
    "shelter.create",
    "reading_budget.allow",
    "reading_budget.read",
    "shelter.list",
    "shelter.read",
    "shelter.update",
    "system.act",
    "system.seal",
    "team.hand_over",
    "user.create",
    "user.lift_duress",
    "user.list",
    "user.read",
    "user.update",
    "user.end_sessions",
    "user.end_away",
];

/// Second factors are no matter of a case.
fn context() -> RequestContext {
    let assurance = Assurance { rule: FactorRule::nobody(), at: Timestamp::from_micros(0) };
    RequestContext::new(RequestId::generate(), assurance)
}

/// The server's decision, by its own code from the role to the row.
fn ask<P: Permission>(
    tx: &mut Tx<'_>,
    actor: Option<&Actor>,
    other_reach: Option<Reach>,
    case: &CaseRef,
) -> Decision {
    let Some(actor) = actor.cloned() else { return Decision::Unknown };
    // Each is a request of its own.
    tx.event = Event::new(Action::SystemMaintain);
    let context = context();
    let permit = match other_reach {
        None => Permit::<P>::for_actor(actor, context),
        Some(reach) => Permit::<P>::as_if(reach, actor, context),
    };
    let found = permit.and_then(|permit| match group_of(P::ROW.name) {
        None => store::find(tx, &permit, case),
        Some(group) => store::find_opening(tx, &permit, case, group),
    });
    match found.map_err(|error| error.code()) {
        Ok(_) => Decision::Allowed,
        Err(Code::Forbidden) => Decision::Forbidden,
        Err(Code::NotFound) => Decision::Hidden,
        Err(Code::FieldGroupWithheld) => Decision::Withheld,
        Err(Code::CommandWithheld) => Decision::ToReadOnly,
        Err(code) => panic!("{}: {}", P::ROW.name, code.as_str()),
    }
}

/// Networks in a database, with the actors that the server sees behind their users' sessions.
struct Worlds {
    all: Arc<Vec<World>>,
    actors: Vec<Vec<Option<Actor>>>,
    db: Db,
    _database: TestDatabase,
}

impl Worlds {
    fn each(&self) -> impl Iterator<Item = (&World, &[Option<Actor>])> {
        self.all.iter().zip(self.actors.iter().map(Vec::as_slice))
    }
}

async fn worlds(count: u64) -> Arc<Worlds> {
    let (database, db) = TestDatabase::open();
    let now = database.now();
    let worlds: Arc<Vec<World>> = Arc::new((0..count).map(|seed| World::random(seed, now)).collect());
    let permit = Permit::<permission::SystemAct>::system("test");
    let inserted = Arc::clone(&worlds);
    db.write(permit, Event::new(Action::SystemMaintain), move |tx, _| {
        inserted.iter().try_for_each(|world| world.insert(tx))
    })
    .await
    .unwrap();
    let mut actors = Vec::new();
    for world in worlds.iter() {
        let mut present = Vec::new();
        for user in &world.users {
            present.push(actor_of(&db, Bearer { user: user.id, session: user.session }).await.unwrap());
        }
        actors.push(present);
    }
    Arc::new(Worlds { all: worlds, actors, db, _database: database })
}

/// A question: who, what, about which case. Most of them are about a case of the user's own team or hub,
/// or too few would be allowed to prove anything.
fn question<'w>(
    random: &mut StdRng,
    world: &'w World,
) -> (usize, &'w User, &'static Asking, Option<&'w WorldCase>, CaseRef) {
    let index = random.random_range(0..world.users.len());
    let user = &world.users[index];
    let asking = ON_CASES.choose(random).unwrap();
    let of_team = |case: &&WorldCase| case.places.iter().any(|place| place.user == user.id);
    let of_hub = |case: &&WorldCase| user.hubs.contains(&case.hub);
    let near: Vec<&WorldCase> = match random.random_range(0..20) {
        0 => Vec::new(),
        1..5 => world.cases.iter().collect(),
        5..8 => world.cases.iter().filter(of_hub).collect(),
        8..11 => world.cases.iter().filter(of_team).collect(),
        _ if user.role == Role::Coordinator => world.cases.iter().filter(of_hub).collect(),
        _ => world.cases.iter().filter(of_team).collect(),
    };
    let case = near.choose(random).copied();
    let reference = match case {
        None => CaseRef::Id(CaseId::generate()),
        Some(case) if random.random_bool(0.5) => CaseRef::Id(case.id),
        Some(case) => CaseRef::Code(case.code),
    };
    (index, user, asking, case, reference)
}

#[actix_web::test]
async fn a_hundred_thousand_questions_are_decided_as_the_policy_says() {
    let worlds = worlds(WORLDS).await;
    let asked = Arc::clone(&worlds);
    let counts = worlds
        .db
        .unrecorded("test", move |tx| {
            let mut counts: BTreeMap<Decision, usize> = BTreeMap::new();
            for (seed, (world, actors)) in (1_000_000..).zip(asked.each()) {
                let mut random = StdRng::seed_from_u64(seed);
                for _ in 0..QUESTIONS {
                    let (index, user, asking, case, reference) = question(&mut random, world);
                    let decided = (asking.ask)(tx, actors[index].as_ref(), None, &reference);
                    let right = may(world, user, asking.name, case);
                    let role = user.role;
                    assert_eq!(decided, right, "{} by a {role} in the world {seed}", asking.name);
                    *counts.entry(right).or_default() += 1;
                }
            }
            Ok(counts)
        })
        .await
        .unwrap();
    println!("{counts:?}");
    let all: usize = counts.values().sum();
    assert_eq!(all, 100_000);
    assert!(counts[&Decision::Allowed] * 5 >= all, "too few are allowed: {counts:?}");
    for decision in [Decision::Unknown, Decision::Forbidden, Decision::Hidden, Decision::Withheld] {
        assert!(counts[&decision] * 100 >= all, "too few are {decision:?}: {counts:?}");
    }
    assert!(counts[&Decision::ToReadOnly] >= 100, "too few are another hub's to decide: {counts:?}");
}

#[actix_web::test]
async fn a_list_holds_exactly_the_cases_that_the_policy_allows() {
    let worlds = worlds(20).await;
    let asked = Arc::clone(&worlds);
    let listed = worlds
        .db
        .unrecorded("test", move |tx| {
            let mut listed = 0;
            for (world, actors) in asked.each() {
                for (user, actor) in world.users.iter().zip(actors) {
                    let right: BTreeSet<CaseId> = world
                        .cases
                        .iter()
                        .filter(|case| may(world, user, "case.list", Some(case)) == Decision::Allowed)
                        .map(|case| case.id)
                        .collect();
                    let found = list(tx, actor.as_ref());
                    assert_eq!(found, right, "the list of a {}", user.role);
                    listed += right.len();
                }
            }
            Ok(listed)
        })
        .await
        .unwrap();
    assert!(listed > 1_000, "{listed} cases were listed");
}

/// What the server lists in either direction, or nothing where it refuses.
fn list(tx: &mut Tx<'_>, actor: Option<&Actor>) -> BTreeSet<CaseId> {
    let Some(actor) = actor.cloned() else { return BTreeSet::new() };
    let context = context();
    let permit = match Permit::<permission::CaseList>::for_actor(actor, context) {
        Ok(permit) => permit,
        Err(error) if error.code() == Code::Forbidden => return BTreeSet::new(),
        Err(error) => panic!("{error:?}"),
    };
    let filter = CaseListFilter::default();
    let mut found = [CaseOrder::Updated, CaseOrder::OpenedLastFirst].map(|order| {
        let rows = store::list(tx, &permit, &filter, order, None, 1_000).unwrap();
        let ids: BTreeSet<CaseId> = rows.iter().map(|case| case.id).collect();
        assert_eq!(ids.len(), rows.len(), "no case is listed twice");
        ids
    });
    assert_eq!(found[0], found[1]);
    std::mem::take(&mut found[0])
}

#[test]
fn every_cell_of_the_permission_table_is_what_the_second_reading_says() {
    assert_eq!(TABLE.len(), PERMISSIONS.len());
    for row in PERMISSIONS {
        for role in Role::all() {
            let right =
                who(row.name, *role).unwrap_or_else(|| panic!("{} is not in the second reading", row.name));
            assert_eq!(row.reach_of(*role), right.as_reach(), "{} of a {role}", row.name);
        }
    }
}

#[test]
fn every_permission_is_asked_about_or_names_no_case() {
    let mut known: Vec<&str> = ON_CASES.iter().map(|asking| asking.name).chain(ON_NO_CASE).collect();
    let mut all: Vec<&str> = PERMISSIONS.iter().map(|row| row.name).collect();
    known.sort_unstable();
    all.sort_unstable();
    assert_eq!(known, all);
}

/// A permission table that says more than it should is noticed: each cell that is used on cases is
/// replaced by every other reach in turn, and some question is then decided wrongly.
#[actix_web::test]
async fn no_cell_can_be_changed_unnoticed() {
    let worlds = worlds(12).await;
    let asked = Arc::clone(&worlds);
    let killed = worlds
        .db
        .unrecorded("test", move |tx| {
            let mut killed = 0;
            for asking in ON_CASES {
                for role in Role::all() {
                    let present = who(asking.name, *role).map(second_reading::Who::as_reach);
                    for reach in EVERY_REACH {
                        if Some(reach) == present || is_the_same(asking, present, reach) {
                            continue;
                        }
                        let noticed = notices(tx, &asked, asking, *role, reach);
                        // On a case, one's own and the whole network are both nothing: neither can be told
                        // from the other, but each from what is right.
                        assert!(noticed, "{} of a {role} as {reach} is not noticed", asking.name);
                        killed += 1;
                    }
                }
            }
            Ok::<_, Error>(killed)
        })
        .await
        .unwrap();
    let all = ON_CASES.len() * Role::all().len() * (EVERY_REACH.len() - 1);
    let of_hub =
        |role| ON_CASES.iter().filter(move |asking| who(asking.name, role) == Some(Who::Hub)).count();
    let the_same: usize = Role::all().iter().map(|role| of_hub(*role)).sum();
    assert_eq!(killed, all - the_same);
}

/// What is not sealed is as much there for one reach as for the other.
fn is_the_same(asking: &Asking, present: Option<Reach>, reach: Reach) -> bool {
    group_of(asking.name).is_none() && (present, reach) == (Some(Reach::Hub), Reach::Emergency)
}

/// No row of cases says `own` or `all`; were one to, it would open nothing.
#[actix_web::test]
async fn a_reach_that_cases_do_not_have_reaches_none() {
    let worlds = worlds(3).await;
    let asked = Arc::clone(&worlds);
    let look = move |tx: &mut Tx<'_>| {
        for (world, actors) in asked.each() {
            for (actor, case) in
                actors.iter().flat_map(|actor| world.cases.iter().map(move |case| (actor, case)))
            {
                for (asking, reach) in
                    ON_CASES.iter().flat_map(|asking| [(asking, Reach::Own), (asking, Reach::All)])
                {
                    let decided = (asking.ask)(tx, actor.as_ref(), Some(reach), &CaseRef::Id(case.id));
                    assert_ne!(decided, Decision::Allowed, "{} as {reach}", asking.name);
                }
            }
        }
        Ok::<_, Error>(())
    };
    worlds.db.unrecorded("test", look).await.unwrap();
}

fn notices(tx: &mut Tx<'_>, worlds: &Worlds, asking: &Asking, role: Role, reach: Reach) -> bool {
    worlds.each().any(|(world, actors)| {
        let users = world.users.iter().zip(actors).filter(|(user, _)| user.role == role);
        let mut questions = users.flat_map(|asked| world.cases.iter().map(move |case| (asked, case)));
        questions.any(|((user, actor), case)| {
            let decided = (asking.ask)(tx, actor.as_ref(), Some(reach), &CaseRef::Id(case.id));
            decided != may(world, user, asking.name, Some(case))
        })
    })
}
