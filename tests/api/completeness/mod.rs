//! The log is complete: random requests of every role, good and bad, through a proxy that writes down every answer.
//! Each answer is on the log as it was given, or is one that leaves nothing; each entry is of one of them.
//!
//! `TEST_REQUESTS=10000` sends as many; a usual run sends some hundred.

mod people;
mod proxy;
mod rule;
mod sender;
mod wire;

use std::collections::BTreeMap;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use waystation::routes::{self, Route};

use crate::common::server::Installation;
use crate::common::{Entry, Raw, scaled};
use crate::fuzz::Fuzzer;
use people::{ROLES, Team};
use proxy::{Passed, Proxy};
use rule::{Expected, route_of};
use sender::Sender;

const SEED: u64 = 19_990_412;
const REQUESTS: usize = 600;
/// Side by side, each with people and cases of its own.
const SENDERS: usize = 2;

/// The log, once every event has its position.
fn whole_log(raw: &mut Raw) -> Vec<Entry> {
    for _ in 0..200 {
        if raw.count("SELECT COUNT(*) FROM audit_events WHERE position IS NULL") == 0 {
            return raw.log();
        }
        std::thread::sleep(std::time::Duration::from_millis(25));
    }
    panic!("events wait for their positions");
}

/// Whether the entries of a request are what its answer leaves.
fn fits(passed: &Passed, expected: Expected, entries: &[&Entry]) -> bool {
    let bodies: Vec<_> = entries.iter().map(|entry| entry.body()).collect();
    let told = bodies.iter().filter(|body| {
        let code = body["code"].as_str();
        body["outcome"] == expected.outcome()
            && (code == passed.code.as_deref() || expected == Expected::Done)
    });
    // What was read before it was refused is on the log as read.
    let others = bodies.iter().filter(|body| body["outcome"] == "done").count();
    match expected {
        Expected::Nothing => bodies.is_empty(),
        Expected::Done => !bodies.is_empty() && others == bodies.len(),
        Expected::Refused | Expected::Failed => told.count() == 1 && others + 1 == bodies.len(),
        Expected::OneIfIssued => bodies.len() <= 1,
        Expected::FailedIfLookedAt => bodies.is_empty() || (told.count() == 1 && others + 1 == bodies.len()),
    }
}

/// Whether the entries name whoever asked, and the permission that they asked for.
fn of_the_same(passed: &Passed, route: Option<&Route>, entries: &[&Entry]) -> bool {
    let Some(row) = route.and_then(|route| (route.describe)().permission) else { return true };
    entries.iter().all(|entry| entry.body()["permission"] == row.name && entry.actor_id == passed.user)
}

#[test]
fn every_answer_is_on_the_log_as_it_was_given_and_every_entry_is_of_an_answer() {
    let installation = Installation::set_up();
    let first = installation.serve();
    let teams: Vec<Team> = (0..SENDERS).map(|number| Team::new(&installation, &first, number)).collect();
    let mut raw = installation.raw();
    let before = whole_log(&mut raw).len();
    first.kill();

    let server = installation.serve();
    let proxy = Proxy::before(server.address());
    let requests = scaled("TEST_REQUESTS", REQUESTS) / SENDERS;
    let sending = teams.into_iter().enumerate().map(|(number, team)| {
        let address = proxy.address.clone();
        std::thread::spawn(move || {
            // A sealed server answers nobody, and the others would wait for it.
            let mut routes = routes::all();
            routes.retain(|route| route.operation != "seal_server");
            let random = StdRng::seed_from_u64(SEED + number as u64);
            let words = team.known.values().cloned().collect();
            let fuzzer = Fuzzer { random, words };
            let mut sender = Sender { team, fuzzer, routes: &routes, address };
            for _ in 0..requests {
                sender.send_one();
            }
            sender.team.people
        })
    });
    let sending: Vec<_> = sending.collect();
    let people: Vec<_> = sending.into_iter().flat_map(|sender| sender.join().unwrap()).collect();

    let log = whole_log(&mut raw).split_off(before);
    let mut by_request: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    for entry in &log {
        by_request.entry(entry.request()).or_default().push(entry);
    }
    let routes = routes::all();
    let mut seen: BTreeMap<(Expected, bool), usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    let passed = proxy.passed();
    for passed in &passed {
        let route = route_of(&routes, passed);
        let expected = Expected::of(passed, route);
        let entries =
            passed.request.as_ref().and_then(|request| by_request.remove(request)).unwrap_or_default();
        *seen.entry((expected, !entries.is_empty())).or_default() += 1;
        if !fits(passed, expected, &entries) || !of_the_same(passed, route, &entries) {
            let entries: Vec<_> = entries.iter().map(|entry| entry.body()).collect();
            wrong.push(format!("{passed:?} is {expected:?}: {entries:?}"));
        }
    }
    println!("{} answers with {} entries: {seen:?}", passed.len(), log.len());
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), passed.len());
    // What is left belongs to no answer: the start of the server, and nothing else.
    let left: Vec<_> = by_request.values().flatten().map(|entry| entry.action.as_str()).collect();
    let own = ["system.start", "search.index", "duplicate.note"];
    assert!(left.iter().all(|action| own.contains(action)), "{left:?}");
    assert_everything_was_asked(&seen, &passed, &log, &people);
}

/// A run in which nobody got anywhere would show nothing.
fn assert_everything_was_asked(
    seen: &BTreeMap<(Expected, bool), usize>,
    passed: &[Passed],
    log: &[Entry],
    people: &[people::Person],
) {
    for kind in [
        (Expected::Nothing, false),
        (Expected::Done, true),
        (Expected::Refused, true),
        (Expected::Failed, true),
    ] {
        assert!(seen.get(&kind).is_some_and(|count| *count >= 5), "{kind:?} in {seen:?}");
    }
    assert!(passed.iter().any(|passed| passed.request.is_none()), "nothing was malformed");
    for role in ROLES {
        let done = log.iter().filter(|entry| {
            let own =
                |person: &people::Person| person.role == role && Some(&person.id) == entry.actor_id.as_ref();
            entry.outcome == "done" && people.iter().any(own)
        });
        assert!(done.count() >= 3, "the {role} did nothing");
    }
}
