//! Killed at random moments: there is a whole backup or none, a whole network or none, and the next try goes through.
//!
//! `TEST_KILLS=200` kills each as often; a usual run has fewer.

use std::fs;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rand::RngExt as _;

use super::{Safe, assert_nothing_in, give_root_key, run, succeeded};
use crate::common::promises::assert_positions;
use crate::common::scaled;
use crate::common::server::Installation;

const KILLS: usize = 6;

/// A network with so many entries on its log that work takes a while.
fn network() -> Installation {
    let from = Installation::set_up();
    let server = from.serve();
    let (hub, tokens) = from.caseworkers(&server, 1);
    let wire = server.wire(Some(&tokens[0]));
    let new = serde_json::json!({
        "hub_id": hub, "sex": "female", "age_band": "18-59", "origin_country": "PRK", "risk": "low", "opened_on": "2026-03-01"
    });
    for _ in 0..300 {
        assert_eq!(wire.send("POST", "/v1/cases", None, &new).unwrap().status, 201);
    }
    from
}

fn start(installation: &Installation, arguments: &[String]) -> Child {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    installation.program(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// How long it takes when it is left alone.
fn timed(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn kill_within(mut child: Child, whole: Duration) {
    let most = u64::try_from(whole.as_millis()).unwrap() * 6 / 5;
    std::thread::sleep(Duration::from_millis(rand::rng().random_range(0..most)));
    // It may have come to its end.
    drop(child.kill());
    child.wait().unwrap();
}

#[test]
fn a_backup_that_is_killed_is_whole_or_is_none() {
    let (safe, from) = (Safe::new(), network());
    let whole = timed(|| drop(safe.back_up(&from)));
    let (mut made, kills) = (0, scaled("TEST_KILLS", KILLS));
    for _ in 0..kills {
        for entry in fs::read_dir(safe.backups()).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
        kill_within(start(&from, &safe.create()), whole);
        for manifest in safe.manifests() {
            made += 1;
            succeeded(&run(&from, &safe.with("verify", &manifest)));
        }
        // The next goes through, also within the second, and takes away what was left under other names.
        std::thread::sleep(Duration::from_millis(1_050));
        succeeded(&run(&from, &safe.create()));
        let names = fs::read_dir(safe.backups()).unwrap().map(|entry| entry.unwrap().file_name());
        let left: Vec<_> = names.filter(|name| name.to_str().unwrap().ends_with(".partial")).collect();
        assert!(left.is_empty(), "{left:?}");
    }
    println!("{made} of {kills} were whole");
}

#[test]
fn a_restore_that_is_killed_has_restored_everything_or_nothing() {
    let (safe, from) = (Safe::new(), network());
    let manifest = safe.back_up(&from);
    let whole = timed(|| drop(safe.restore(&manifest, &from, &Installation::bare())));
    let (mut restored, kills) = (0, scaled("TEST_KILLS", KILLS));
    for _ in 0..kills {
        let into = Installation::bare();
        give_root_key(&from, &into);
        kill_within(start(&into, &safe.with("restore", &manifest)), whole);
        if is_there(&into) {
            restored += 1;
        } else {
            // What was kept outside fits what comes now.
            succeeded(&run(&into, &safe.with("restore", &manifest)));
        }
        let mut raw = into.raw();
        assert_eq!(raw.count("SELECT COUNT(*) FROM cases"), 300);
        assert_positions(&raw.log(), true);
        drop(raw);
        let told = String::from_utf8(into.run(&["doctor"]).stdout).unwrap();
        assert!(!told.contains("WRONG"), "{told}");
    }
    // Whatever was refused in between has left nothing.
    let into = Installation::bare();
    assert_nothing_in(&into);
    println!("{restored} of {kills} were restored");
}

fn is_there(into: &Installation) -> bool {
    if !into.is_postgres() {
        return into.path("waystation.db").exists();
    }
    let mut raw = into.raw();
    // The server may still be taking back what the dead program had begun.
    let others = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    while raw.count(others) > 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    raw.count(
        "SELECT COUNT(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = 'settings'",
    ) > 0
}
