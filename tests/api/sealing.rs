//! The real server, sealed from its start or in the middle of its work, and opened again by people: what it answers, what
//! stays sealed whoever restarts it, and what the log tells of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use serde_json::{Value, json};

use crate::common::server::{Installation, Server, Wire};
use crate::common::{private_directory, skipped};

const SHARES: &str = "WAYSTATION_ROOT_KEY_SHARES=1";
const CLIENTS: usize = 8;

/// What came of one request.
enum Came {
    Answered(u16),
    Cut,
    Refused,
}

/// Somebody who reads until told to stop.
fn reader(wire: Wire, stop: Arc<AtomicBool>) -> JoinHandle<Vec<Came>> {
    std::thread::spawn(move || {
        let mut came = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            came.push(match wire.send("GET", "/v1/hubs", None, &Value::Null) {
                Ok(told) => {
                    assert!(told.status == 200 || told.body["code"] == "sealed", "{}", told.text);
                    Came::Answered(told.status)
                }
                Err(ureq::Error::Io(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                    Came::Refused
                }
                Err(_) => Came::Cut,
            });
        }
        came
    })
}

fn actions(installation: &Installation) -> Vec<String> {
    let sql = format!("SELECT {} AS t FROM audit_events", installation.raw().hex("body"));
    let bodies = installation.raw().texts(&sql);
    let mut entries: Vec<Value> =
        bodies.iter().map(|body| serde_json::from_slice(&crate::common::unhex(body)).unwrap()).collect();
    entries.sort_by_key(|entry| entry["at"].to_string());
    let line = |entry: &Value| {
        let sealed = if entry["details"]["sealed"] == "true" { " sealed" } else { "" };
        format!("{}{sealed}", entry["action"].as_str().unwrap())
    };
    let about = ["system.", "unseal.", "key."];
    let lines = entries.iter().map(line).filter(|line| about.iter().any(|about| line.starts_with(about)));
    lines.filter(|line| line != "system.maintain").collect()
}

fn assert_sealed(server: &Server) {
    assert_eq!(server.ready(), 503);
    let wire = server.wire(None);
    assert_eq!(wire.send("GET", "/health", None, &Value::Null).unwrap().status, 200);
    let other = wire.send("GET", "/v1/cases", None, &Value::Null).unwrap();
    assert_eq!((other.status, &other.body["code"]), (503, &json!("sealed")));
}

#[test]
fn people_open_it_a_coordinator_seals_it_while_others_read_and_people_open_it_again() {
    let installation = Installation::set_up();
    let shares = installation.split(3, 5);
    let server = installation.serve_with(&[SHARES]);
    assert_sealed(&server);
    let process = server.process();
    server.open_with(&shares[1..4]);
    let key = server.log_key();
    let hub = installation.administrator(&server);
    let hub = hub.send("POST", "/v1/hubs", None, &json!({"name": "Kunming", "country": "CHN"})).unwrap();
    let hub = hub.body["id"].as_str().unwrap().to_owned();
    let tern = installation.user(&server, "tern", "caseworker", &[&hub]);
    let crane = installation.user(&server, "crane", "coordinator", &[&hub]);

    let refused = server.wire(Some(&tern)).send("POST", "/v1/seal", None, &json!({})).unwrap();
    assert_eq!(refused.status, 403, "a caseworker seals nothing");

    let stop = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..CLIENTS).map(|_| reader(server.wire(Some(&tern)), Arc::clone(&stop))).collect();
    std::thread::sleep(std::time::Duration::from_millis(300));
    let sealed = server.wire(Some(&crane)).send("POST", "/v1/seal", None, &json!({})).unwrap();
    assert_eq!(sealed.status, 204, "{}", sealed.text);
    server.wait_for_ready(503);
    assert_sealed(&server);
    std::thread::sleep(std::time::Duration::from_millis(300));
    stop.store(true, Ordering::Relaxed);
    let came: Vec<Came> = readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect();
    let count = |which: fn(&Came) -> bool| came.iter().filter(|came| which(came)).count();
    assert!(count(|came| matches!(came, Came::Answered(200))) > 0);
    assert!(count(|came| matches!(came, Came::Answered(503))) > 0);
    assert!(count(|came| matches!(came, Came::Cut)) <= 2 * CLIENTS, "each is cut once or twice");
    assert_eq!(count(|came| matches!(came, Came::Refused)), 0, "the socket was open all the time");
    assert_eq!(server.process(), process);

    server.open_with(&shares[0..3]);
    // Tokens are good still: the keys are the same.
    assert_eq!(server.wire(Some(&tern)).send("GET", "/v1/me", None, &Value::Null).unwrap().status, 200);
    let share = "unseal.share";
    let opened = [share, share, share, "system.unseal", "system.start"];
    let expected = [
        &["system.init", "key.split", "system.start sealed"][..],
        &opened,
        &["system.seal", "system.start sealed"],
        &opened,
    ];
    assert_eq!(actions(&installation), expected.concat());
    drop(server);
    installation.assert_whole_log(&key, &[]);
}

#[test]
fn a_server_with_a_key_file_that_was_sealed_stays_sealed_whoever_restarts_it() {
    let installation = Installation::set_up();
    let mut server = installation.serve();
    server.signal("USR1");
    server.wait_for_ready(503);
    assert_sealed(&server);
    assert!(server.lives());
    // Once more does no harm.
    server.signal("USR1");
    assert_sealed(&server);
    let passphrase = json!({"passphrase": "mole ridge actor punch sled oval"});
    let answer = server.wire(None).send("POST", "/v1/unseal", None, &passphrase).unwrap();
    assert_eq!((answer.status, &answer.body["code"]), (403, &json!("unseal_refused")));
    server.kill();
    let server = installation.serve();
    assert_sealed(&server);
    let done = installation.run(&["unseal"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_sealed(&server);
    server.kill();
    assert_eq!(installation.serve().ready(), 200);
    let expected = [
        "system.init",
        "system.start",
        "system.seal",
        "system.start sealed",
        "system.start sealed",
        "system.unseal",
        "system.start",
    ];
    assert_eq!(actions(&installation), expected);
}

#[test]
fn the_mark_of_a_sealed_server_goes_for_the_root_key_alone() {
    let installation = Installation::set_up();
    let server = installation.serve();
    server.signal("USR1");
    server.wait_for_ready(503);
    server.kill();
    std::fs::rename(installation.path("root.key"), installation.path("elsewhere.key")).unwrap();
    assert!(!installation.run(&["unseal"]).status.success());
    assert!(installation.path("sealed").exists());
    assert_sealed(&installation.serve());
    let key = installation.path("elsewhere.key");
    assert!(installation.run(&["unseal", "--root-key-file", key.to_str().unwrap()]).status.success());
    assert!(!installation.path("sealed").exists());
}

#[test]
fn a_key_in_the_environment_is_there_no_more_once_the_server_is_sealed() {
    let installation = Installation::set_up();
    let key = std::fs::read_to_string(installation.path("root.key")).unwrap();
    std::fs::remove_file(installation.path("root.key")).unwrap();
    let variable = format!("WAYSTATION_ROOT_KEY={}", key.trim());
    let server = installation.serve_with(&[&variable]);
    assert_eq!(server.ready(), 200);
    let environment = || std::fs::read(format!("/proc/{}/environ", server.process()));
    let Ok(before) = environment() else {
        return skipped("what is in the environment of a sealed server", "only root may look");
    };
    let holds = |bytes: &[u8]| {
        bytes.windows(40).any(|part| key.as_bytes().ends_with(part) || key.as_bytes().starts_with(part))
    };
    assert!(holds(&before));
    server.signal("USR1");
    server.wait_for_ready(503);
    assert_sealed(&server);
    assert!(!holds(&environment().unwrap()));
}

/// The seal of a server that runs as a user without rights, as the unit file has it.
#[test]
fn a_server_without_rights_is_sealed_too() {
    let installation = Installation::set_up_on_file();
    let own = std::process::Command::new("chown")
        .args(["-R", "65534:65534"])
        .arg(installation.directory())
        .status();
    if !own.is_ok_and(|status| status.success()) {
        return skipped("sealing a server of another user", "only root may give files away");
    }
    let server = installation.serve_by(&[
        "setpriv",
        "--reuid",
        "65534",
        "--regid",
        "65534",
        "--clear-groups",
        "--no-new-privs",
        "--bounding-set",
        "-all",
    ]);
    server.signal("USR1");
    server.wait_for_ready(503);
    assert_sealed(&server);
}

#[test]
fn two_servers_on_one_postgresql_are_sealed_each_for_itself() {
    let installation = Installation::set_up();
    if !installation.is_postgres() {
        return skipped("two servers sealed each for itself", "that takes PostgreSQL");
    }
    let shares = installation.split(2, 3);
    let elsewhere = private_directory();
    let other = format!("WAYSTATION_DATA={}", elsewhere.path().display());
    let (one, other) = (installation.serve_with(&[SHARES]), installation.serve_with(&[SHARES, &other]));
    one.open_with(&shares[..2]);
    assert_sealed(&other);
    other.open_with(&shares[1..]);
    one.signal("USR1");
    one.wait_for_ready(503);
    assert_sealed(&one);
    assert_eq!(other.ready(), 200);
    let key = other.log_key();
    drop((one, other));
    installation.assert_whole_log(&key, &[]);
}
