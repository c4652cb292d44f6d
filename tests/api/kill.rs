//! The server is killed at a random moment, again and again, under load: what it acknowledged is kept,
//! what it showed is on the record, there is no change without its event and no event without its
//! change, and its log is whole and is signed on.
//!
//! `TEST_KILLS=200` kills it as often; a usual run has fewer.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rand::RngExt as _;

use crate::common::promises::{
    Promises, assert_changes_and_events_are_the_same, assert_positions, assert_promises_kept, work,
};
use crate::common::server::{Installation, Server};
use crate::common::whole_log::{assert_tree_is_rebuilt, collect, signed_now, size_of};
use crate::common::{Raw, scaled};

const CLIENTS: usize = 32;
const USERS: usize = 4;
const LEAST_KILLS: usize = 12;
/// Beyond those that were asked for, until enough is acknowledged.
const MORE_KILLS: usize = 80;
/// Of the reads, and of the writes, together.
const LEAST_ACKNOWLEDGED: usize = 1_000;
/// After so many kills the whole log is exported and verified.
const BETWEEN_AUDITS: usize = 10;
/// Tokens are made anew before they are too old.
const TOKENS_ARE_GOOD: Duration = Duration::from_secs(240);

/// Those who work, and the auditor, each with a token of now.
struct People {
    tokens: Vec<String>,
    auditor: String,
    since: Instant,
}

impl People {
    fn log_in(server: &Server) -> Self {
        let tokens = (0..USERS).map(|number| server.token_of(&format!("heron{number}"))).collect();
        Self { tokens, auditor: server.token_of("owl"), since: Instant::now() }
    }
}

fn assert_sound(raw: &mut Raw) {
    if let Raw::Sqlite(_) = raw {
        assert_eq!(raw.texts("SELECT integrity_check AS t FROM pragma_integrity_check"), ["ok"]);
        assert_eq!(raw.count("SELECT COUNT(*) FROM pragma_foreign_key_check"), 0);
    }
}

/// PostgreSQL's own processes may still carry out what the dead server had sent them.
fn wait_for_the_orphans(raw: &mut Raw) {
    if let Raw::Postgres(_) = raw {
        let others = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
        for _ in 0..400 {
            if raw.count(others) == 0 {
                return;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("the dead server's connections are still open");
    }
}

#[test]
fn a_server_that_is_killed_keeps_what_it_acknowledged_and_has_recorded_what_it_showed() {
    let installation = Installation::set_up();
    let first = installation.serve();
    let (hub, tokens) = installation.caseworkers(&first, USERS);
    let auditor = installation.user(&first, "owl", "auditor", &[]);
    let key = first.log_key();
    first.kill();
    let mut people = People { tokens, auditor, since: Instant::now() };
    let promises = Arc::new(Mutex::new(Promises::default()));
    let notes: Arc<Mutex<Vec<String>>> = Arc::default();
    let least = scaled("TEST_KILLS", LEAST_KILLS);
    let mut rounds = 0;
    loop {
        let server = installation.serve();
        if people.since.elapsed() > TOKENS_ARE_GOOD {
            people = People::log_in(&server);
        }
        let auditor = server.wire(Some(&people.auditor));
        // Whatever the kill broke off, the log is signed on, from where it was.
        let newest = size_of(&signed_now(&auditor).unwrap());
        let before = notes.lock().unwrap().iter().map(|note| size_of(note)).max();
        assert!(before.is_none_or(|before| before < newest));
        let collecting = {
            let notes = Arc::clone(&notes);
            std::thread::spawn(move || collect(&auditor, &notes))
        };
        let clients: Vec<_> = people
            .tokens
            .iter()
            .cycle()
            .take(CLIENTS)
            .map(|token| {
                let (wire, hub, promises) = (server.wire(Some(token)), hub.clone(), Arc::clone(&promises));
                std::thread::spawn(move || work(&wire, &hub, &promises))
            })
            .chain([collecting])
            .collect();
        std::thread::sleep(Duration::from_millis(rand::rng().random_range(40..800)));
        server.kill();
        for client in clients {
            client.join().expect("every answer was as expected").expect_err("it ends only with the server");
        }
        let promises = promises.lock().unwrap();
        let mut raw = installation.raw();
        wait_for_the_orphans(&mut raw);
        let log = raw.log();
        assert_promises_kept(&mut raw, &promises, &log);
        assert_changes_and_events_are_the_same(&mut raw, &log);
        assert_positions(&log, !installation.is_postgres());
        assert_tree_is_rebuilt(&mut raw);
        assert_sound(&mut raw);
        rounds += 1;
        if rounds % BETWEEN_AUDITS == 0 {
            installation.assert_whole_log(&key, &notes.lock().unwrap());
        }
        if rounds >= least && promises.reads.min(promises.writes) >= LEAST_ACKNOWLEDGED {
            break;
        }
        assert!(
            rounds < least + MORE_KILLS,
            "{} reads and {} writes after {rounds} rounds",
            promises.reads,
            promises.writes
        );
    }
    // Whoever comes next numbers what the dead left.
    let _server = installation.serve();
    let mut raw = installation.raw();
    for _ in 0..100 {
        if raw.count("SELECT COUNT(*) FROM audit_events WHERE position IS NULL") == 0 {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_positions(&raw.log(), true);
    let (promises, notes) = (promises.lock().unwrap(), notes.lock().unwrap());
    installation.assert_whole_log(&key, &notes);
    println!(
        "{rounds} kills, {} reads, {} writes and {} checkpoints acknowledged",
        promises.reads,
        promises.writes,
        notes.len()
    );
}
