//! Two servers on one PostgreSQL, each with a directory of its own: their log is one, whichever of them dies; and what
//! has waited too long for its place in it is told.
//!
//! `TEST_EVENTS=10000` makes as many entries; a usual run makes some hundred.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use waystation::verifier::findings::Code;

use crate::common::promises::{
    Promises, assert_changes_and_events_are_the_same, assert_positions, assert_promises_kept, work,
};
use crate::common::server::{Installation, Server};
use crate::common::whole_log::{assert_tree_is_rebuilt, collect, signed_now, size_of};
use crate::common::{Raw, private_directory, scaled};

const EVENTS: usize = 800;
const CLIENTS: usize = 8;
const WITHOUT_A_PLACE: &str = "SELECT COUNT(*) FROM audit_events WHERE position IS NULL";

/// A second machine of the same network: another directory, the same key.
struct Machine(tempfile::TempDir);

impl Machine {
    fn beside(installation: &Installation) -> Self {
        let directory = private_directory();
        std::fs::copy(installation.path("root.key"), directory.path().join("root.key")).unwrap();
        Self(directory)
    }

    fn serve(&self, installation: &Installation) -> Server {
        installation.serve_by(&["env", &format!("WAYSTATION_DATA={}", self.0.path().display())])
    }
}

/// Clients of one server until it is gone, and an auditor who keeps its checkpoints.
struct Clients(Vec<std::thread::JoinHandle<Result<(), ureq::Error>>>);

impl Clients {
    fn of(
        server: &Server,
        hub: &str,
        (tokens, auditor): &(Vec<String>, String),
        promises: &Arc<Mutex<Promises>>,
        notes: &Arc<Mutex<Vec<String>>>,
    ) -> Self {
        let mut clients = Vec::new();
        for token in tokens.iter().cycle().take(CLIENTS) {
            let (wire, hub, promises) = (server.wire(Some(token)), hub.to_owned(), Arc::clone(promises));
            clients.push(std::thread::spawn(move || work(&wire, &hub, &promises)));
        }
        let (wire, notes) = (server.wire(Some(auditor)), Arc::clone(notes));
        clients.push(std::thread::spawn(move || collect(&wire, &notes)));
        Self(clients)
    }

    fn end(self) {
        for client in self.0 {
            client.join().expect("every answer was as expected").expect_err("it ends only with the server");
        }
    }
}

/// Waits until so many are on the log.
fn wait_for(raw: &mut Raw, entries: usize) {
    let started = Instant::now();
    while raw.count("SELECT COUNT(*) FROM audit_events") < i64::try_from(entries).unwrap() {
        assert!(started.elapsed() < Duration::from_secs(500), "too slow");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn two_servers_leave_one_log_and_when_one_dies_the_other_goes_on() {
    let installation = Installation::set_up();
    if !installation.is_postgres() {
        // SQLite has one server.
        return;
    }
    let elsewhere = Machine::beside(&installation);
    let (here, there) = (installation.serve(), elsewhere.serve(&installation));
    let (hub, tokens) = installation.caseworkers(&here, 4);
    let people = (tokens, installation.user(&here, "owl", "auditor", &[]));
    let key = here.log_key();
    assert_eq!(there.log_key(), key);
    let (promises, notes) = (Arc::default(), Arc::default());
    let [at_here, at_there] =
        [&here, &there].map(|server| Clients::of(server, &hub, &people, &promises, &notes));
    let (mut raw, events) = (installation.raw(), scaled("TEST_EVENTS", EVENTS));
    wait_for(&mut raw, events / 2);
    here.kill();
    at_here.end();
    let before = raw.count("SELECT COUNT(*) FROM audit_events WHERE position IS NOT NULL");
    wait_for(&mut raw, events);
    let signed = signed_now(&there.wire(Some(&people.1))).unwrap();
    assert!(size_of(&signed) > before.unsigned_abs(), "it is sequenced and signed on");
    there.kill();
    at_there.end();
    notes.lock().unwrap().push(signed);

    // Nobody runs: what has no place yet waits for whoever comes next.
    assert_positions(&raw.log(), false);
    let _next = elsewhere.serve(&installation);
    let started = Instant::now();
    while raw.count(WITHOUT_A_PLACE) > 0 {
        assert!(started.elapsed() < Duration::from_secs(2), "events still wait for their places");
        std::thread::sleep(Duration::from_millis(20));
    }
    let (log, promises, notes) = (raw.log(), promises.lock().unwrap(), notes.lock().unwrap());
    assert_promises_kept(&mut raw, &promises, &log);
    assert_changes_and_events_are_the_same(&mut raw, &log);
    assert_positions(&log, true);
    assert_tree_is_rebuilt(&mut raw);
    installation.assert_whole_log(&key, &notes);
    println!("{} entries, {} answers, {} checkpoints", log.len(), promises.answered.len(), notes.len());
}

/// Each has a file of its own to lock, so that only the database is between them.
#[test]
fn two_servers_that_sign_at_the_same_time_do_not_get_into_each_other_s_way() {
    let installation = Installation::set_up();
    if !installation.is_postgres() {
        return;
    }
    let elsewhere = Machine::beside(&installation);
    let servers = [installation.serve(), elsewhere.serve(&installation)];
    let (auditor, key) = (installation.user(&servers[0], "owl", "auditor", &[]), servers[0].log_key());
    let until = Instant::now() + Duration::from_secs(5);
    let asking: Vec<_> = (0..12)
        .map(|number: usize| {
            let wire = servers[number % 2].wire(Some(&auditor));
            std::thread::spawn(move || {
                let mut notes = Vec::new();
                while Instant::now() < until {
                    notes.push(signed_now(&wire).unwrap());
                }
                notes
            })
        })
        .collect();
    let notes: Vec<String> = asking.into_iter().flat_map(|asking| asking.join().unwrap()).collect();
    installation.assert_whole_log(&key, &notes);
}

/// On SQLite an event without a place was put in by hand; on PostgreSQL somebody also keeps the sequencer from it.
#[test]
fn an_event_that_waits_for_its_place_is_told_by_who_verifies_the_log() {
    let installation = Installation::set_up();
    let server = installation.serve();
    let (auditor, key) = (installation.user(&server, "owl", "auditor", &[]), server.log_key());
    let note = signed_now(&server.wire(Some(&auditor))).unwrap();
    server.kill();
    let mut raw = installation.raw();
    let column = |raw: &mut Raw, sql: &str| {
        raw.texts(&format!("SELECT {sql} AS t FROM audit_events WHERE position = 0")).remove(0)
    };
    let (id, at) =
        (column(&mut raw, "id"), column(&mut raw, "CAST(recorded_at AS TEXT)").parse::<i64>().unwrap());
    let lost = id.chars().rev().collect::<String>().replace(|c: char| c > '7' && c < 'a', "7");
    raw.execute(&format!(
        "INSERT INTO audit_events (id, position, recorded_at, actor_id, action, outcome, case_id, subject, body, leaf)
         SELECT '{lost}', NULL, {at} - 120000000, actor_id, action, outcome, case_id, subject, body, leaf
         FROM audit_events WHERE position = 0"
    ))
    .unwrap();
    if installation.is_postgres() {
        raw.execute(&format!(
            "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'held'; END $$;
             CREATE TRIGGER hold BEFORE UPDATE ON audit_events FOR EACH ROW WHEN (OLD.id = '{lost}') EXECUTE FUNCTION hold()"
        ))
        .unwrap();
    }
    let report = installation.audited(&key, &[note]);
    let codes: Vec<_> = report.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::Unsequenced], "{:?}", report.findings);
}
