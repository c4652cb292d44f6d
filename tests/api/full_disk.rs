//! A full disk, as a limit to the size of every file: writes and recorded reads are refused, the server
//! lives, nothing that it acknowledged is lost, and with room again it goes on, with a log that is whole and signed.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::assert_without_gap;
use crate::common::server::{Installation, Server, Told, Wire};
use crate::common::whole_log::{assert_tree_is_rebuilt, signed_now, size_of};

/// Enough for the empty database and some hundred writes, far less than the log of changes grows to.
const SMALL_DISK: u64 = 1_536;

fn open_case(wire: &Wire, hub: &str) -> Told {
    let new = json!({
        "hub_id": hub, "sex": "female", "age_band": "18-59", "origin_country": "PRK", "risk": "low", "opened_on": "2026-03-01"
    });
    wire.send("POST", "/v1/cases", None, &new).expect("the server answers, whatever it answers")
}

#[test]
fn a_full_disk_loses_nothing_and_does_not_end_the_server() {
    let installation = Installation::set_up();
    if installation.is_postgres() {
        return;
    }
    let first = installation.serve();
    let (hub, tokens) = installation.caseworkers(&first, 1);
    let (auditor, key) = (installation.user(&first, "owl", "auditor", &[]), first.log_key());
    let before = signed_now(&first.wire(Some(&auditor))).unwrap();
    first.kill();

    let mut server = installation.serve_with_small_disk(SMALL_DISK);
    let wire = server.wire(Some(&tokens[0]));
    let mut opened = Vec::new();
    let full = loop {
        let told = open_case(&wire, &hub);
        match told.status {
            201 => opened.push(told.body["id"].as_str().unwrap().to_owned()),
            _ => break told,
        }
        assert!(opened.len() < 20_000, "the limit did not hold");
    };
    assert!(!opened.is_empty());
    for told in [full, open_case(&wire, &hub), open_case(&wire, &hub)] {
        assert!([503, 507].contains(&told.status), "{}", told.body);
        assert!(
            ["storage_full", "unavailable"].contains(&told.body["code"].as_str().unwrap()),
            "{}",
            told.body
        );
    }
    // The event of a read is smaller and may still have room; what cannot be recorded is not shown.
    let mut shown = Vec::new();
    loop {
        let read = wire.send("GET", &format!("/v1/cases/{}", opened[0]), None, &Value::Null).unwrap();
        if read.status != 200 {
            assert!([503, 507].contains(&read.status), "{}", read.body);
            break;
        }
        shown.push(read.request);
        assert!(shown.len() < 20_000, "the limit did not hold");
    }
    let health = server.wire(None).send("GET", "/health", None, &Value::Null).unwrap();
    assert_eq!(health.status, 200);
    assert!(server.lives());
    server.kill();

    let server = installation.serve();
    let wire = server.wire(Some(&tokens[0]));
    for id in &opened {
        let read = wire.send("GET", &format!("/v1/cases/{id}"), None, &Value::Null).unwrap();
        assert_eq!(read.status, 200, "{}", read.body);
    }
    assert_eq!(open_case(&wire, &hub).status, 201);
    let mut raw = installation.raw();
    assert_eq!(raw.count("SELECT COUNT(*) FROM cases"), i64::try_from(opened.len()).unwrap() + 1);
    assert_eq!(raw.texts("SELECT integrity_check AS t FROM pragma_integrity_check"), ["ok"]);
    let log = raw.log();
    assert_without_gap(&log);
    for request in shown {
        assert_eq!(log.iter().filter(|entry| entry.request() == request).count(), 1);
    }
    assert_eq!(log.iter().filter(|entry| entry.action == "case.create").count(), opened.len() + 1);
    assert_tree_is_rebuilt(&mut raw);
    let after = signed_now(&server.wire(Some(&auditor))).unwrap();
    installation.assert_whole_log(&key, &[before, after]);
}

/// From now on, how large a file of the server may become. What SQLite writes is far behind the first bytes of its
/// files, and so fails too; what an empty file takes is next to nothing.
fn limit(server: &Server, bytes: &str) {
    let process = server.process().to_string();
    let done =
        Command::new("prlimit").args(["--pid", &process, &format!("--fsize={bytes}:unlimited")]).status();
    assert!(done.expect("prlimit is there").success());
}

#[test]
fn a_disk_that_is_full_while_a_checkpoint_is_kept_leaves_the_one_before_whole() {
    let installation = Installation::set_up();
    let told = installation.path("told");
    let script = format!("trap '' XFSZ; exec \"$0\" \"$@\" 2> >(cat > '{}')", told.display());
    let server = installation.serve_by(&["bash", "-c", &script]);
    let (auditor, key) = (installation.user(&server, "owl", "auditor", &[]), server.log_key());
    let wire = server.wire(Some(&auditor));
    let before = signed_now(&wire).unwrap();
    wire.send("GET", "/v1/me", None, &Value::Null).unwrap();
    limit(&server, "50");
    // By itself, within seconds: the log has grown, and nothing of the database is written for that.
    let started = Instant::now();
    while !std::fs::read_to_string(&told).unwrap().contains("the log is not signed: the file ") {
        assert!(started.elapsed() < Duration::from_secs(30), "nothing was tried, or nothing failed");
        std::thread::sleep(Duration::from_millis(50));
    }
    let kept = installation.kept_checkpoint();
    assert!(size_of(&kept) >= size_of(&before));
    let newest = "SELECT MAX(tree_size) FROM audit_checkpoints";
    assert_eq!(
        installation.raw().count(newest).unsigned_abs(),
        size_of(&kept),
        "nothing is signed that is not kept"
    );
    limit(&server, "unlimited");
    let after = signed_now(&wire).unwrap();
    assert!(size_of(&after) > size_of(&kept));
    installation.assert_whole_log(&key, &[before, kept, after]);
}
