//! Everything of a working server that somebody could carry away: its database and what lies beside it, its backups, its
//! own log at its most talkative, and its memory once it is sealed. Five hundred people are in it, and none of them is told.

use std::path::Path;

use serde_json::{Value, json};

use super::dump;
use super::known::{Known, know};
use super::writings::Search;
use crate::common::process::writable_memory;
use crate::common::server::{Installation, PASSWORD, Server, Wire};
use crate::common::{private_directory, skipped};

const PEOPLE: usize = 500;

#[track_caller]
fn done(wire: &Wire, method: &str, path: &str, if_match: Option<&str>, body: &Value) -> Value {
    let told = wire.send(method, path, if_match, body).unwrap();
    assert!((200..300).contains(&told.status), "{path}: {}", told.text);
    told.body
}

/// A person is taken in, written down, read, looked for, and arrested.
fn live(heron: &Wire, hub: &str, known: &Known) {
    let case = json!({
        "hub_id": hub, "sex": "female", "age_band": "18-59", "origin_country": "PRK", "risk": "high",
        "destination_country": "KOR", "opened_on": "2006-03-01"
    });
    let case = done(heron, "POST", "/v1/cases", None, &case);
    let path = format!("/v1/cases/{}", case["id"].as_str().unwrap());
    for (group, record) in &known.records {
        done(heron, "PUT", &format!("{path}/{group}"), Some("new"), record);
        done(heron, "GET", &format!("{path}/{group}"), None, &Value::Null);
    }
    let step = json!({"to": "detained", "reason": "arrest", "on": "2006-03-02", "note": known.note});
    done(heron, "POST", &format!("{path}/status"), Some("\"1\""), &step);
    // Refused, with what was sent in hand.
    let wrong = json!({"names": [{"script": "latin", "kind": known.words[0], "full": known.words[1]}]});
    assert_eq!(heron.send("PUT", &format!("{path}/identity"), Some("\"1\""), &wrong).unwrap().status, 422);
    done(heron, "POST", "/v1/cases/search", None, &json!({"name": known.words[0]}));
}

/// With everything that it could say written to a file.
fn talkative(installation: &Installation) -> Server {
    let log = installation.path("server.log");
    let script = format!("exec \"$0\" \"$@\" 2>'{}'", log.display());
    installation.serve_by(&["env", "WAYSTATION_LOG=trace", "bash", "-c", &script])
}

/// Every file below.
fn files(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    found
}

#[test]
fn nothing_that_can_be_carried_away_tells_of_anybody() {
    let installation = Installation::set_up();
    let backups = private_directory();
    let server = talkative(&installation);
    let (hub, tokens) = installation.caseworkers(&server, 1);
    let heron = server.wire(Some(&tokens[0]));
    while heron.send("POST", "/v1/cases/search", None, &json!({"name": "nobody"})).unwrap().status == 503 {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let people: Vec<Known> = (0..PEOPLE).map(know).collect();
    for known in &people {
        live(&heron, &hub, known);
    }
    let search = Search::new(people.iter().flat_map(|known| &known.words).chain([&PASSWORD.to_owned()]));
    let open = |memory: &[(String, Vec<u8>)]| {
        memory
            .iter()
            .filter_map(|(place, bytes)| Some(format!("{place}: {}", search.first_in(bytes)?)))
            .next()
    };
    if let Some(memory) = writable_memory(server.process()) {
        assert!(open(&memory).is_some(), "the search finds what is there while the server is open");
    } else {
        skipped("that the memory of a sealed server tells nothing", "only root may look into it");
    }
    let recipient = age::x25519::Identity::generate().to_public().to_string();
    let to = backups.path().to_str().unwrap();
    let made = installation.run(&["backup", "create", "--to", to, "--recipient", &recipient]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

    let mut carried = [files(installation.directory()), files(backups.path())].concat();
    if installation.is_postgres() {
        carried.extend(dump(&mut installation.raw()));
    }
    assert!(carried.iter().any(|(place, bytes)| place.ends_with("server.log") && bytes.len() > 100_000));
    assert_eq!(open(&carried), None);
    server.signal("USR1");
    server.wait_for_ready(503);
    if let Some(memory) = writable_memory(server.process()) {
        assert_eq!(open(&memory), None);
    }
    drop(server);
    assert_eq!(open(&files(installation.directory())), None, "after its end");
}
