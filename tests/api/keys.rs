//! Keys are followed by others while servers run: nobody waits, nobody is logged out, nothing is unreadable.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::{Value, json};
use waystation::crypto::KeyPurpose;
use waystation::db::types::CodeList as _;
use waystation::{keys, upkeep};

use crate::common::promises::{Promises, assert_promises_kept, work};
use crate::common::server::{Installation, Server, refusal};
use crate::common::{TestApp, scaled};

const CLIENTS: usize = 8;

fn rotate(installation: &Installation, arguments: &[&str]) -> String {
    let output = installation.run(&[&["key", "rotate"], arguments].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn states(status: &Value, purpose: &str) -> Vec<String> {
    let key = status["keys"].as_array().unwrap().iter().find(|key| key["purpose"] == purpose).unwrap();
    key["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| version["state"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_key_is_rotated_under_load_and_no_request_fails() {
    let installation = Installation::set_up();
    let server = installation.serve();
    let (hub, tokens) = installation.caseworkers(&server, CLIENTS);
    let session = {
        let credentials = installation.credentials();
        server.wire(None).send("POST", "/v1/sessions", None, &credentials).unwrap().body
    };
    let first_key = server.log_key();
    let promises: Arc<Mutex<Promises>> = Arc::default();
    let clients: Vec<_> = tokens
        .iter()
        .map(|token| {
            let (wire, hub, promises) = (server.wire(Some(token)), hub.clone(), Arc::clone(&promises));
            std::thread::spawn(move || work(&wire, &hub, &promises))
        })
        .collect();
    let told = rotate(&installation, &["--all"]);
    assert!(told.contains("case_wrapping: version 2"), "{told}");
    let administrator = installation.administrator(&server);
    let status = || administrator.send("GET", "/v1/keys", None, &Value::Null).unwrap().body;
    // What was on its way when the command looked for the last time is wrapped anew by the server itself.
    let started = Instant::now();
    while status()["case_keys_to_rewrap"] != 0 {
        assert!(started.elapsed() < Duration::from_secs(30), "{}", status());
        std::thread::sleep(Duration::from_millis(100));
    }
    let status = status();
    for purpose in KeyPurpose::all() {
        assert_eq!(states(&status, purpose.code()), ["older", "current"], "{status}");
    }

    // A session from before goes on, and a lost answer is given again.
    let refresh = json!({"refresh_token": session["refresh_token"]});
    let refreshed = || server.wire(None).send("POST", "/v1/sessions/refresh", None, &refresh).unwrap();
    let (first, again) = (refreshed(), refreshed());
    assert_eq!((first.status, again.status), (200, 200), "{}", first.body);
    assert_eq!(first.body["refresh_token"], again.body["refresh_token"]);
    let old_token = server.wire(session["access_token"].as_str());
    assert_eq!(old_token.send("GET", "/v1/me", None, &Value::Null).unwrap().status, 200);

    std::thread::sleep(Duration::from_millis(500));
    server.kill();
    for client in clients {
        client.join().expect("every answer was as expected").expect_err("it ends only with the server");
    }
    let promises = promises.lock().unwrap();
    assert!(promises.reads > 100 && promises.writes > 100, "{} and {}", promises.reads, promises.writes);
    let mut raw = installation.raw();
    assert_eq!(raw.count("SELECT COUNT(*) FROM case_keys WHERE key_version < 2"), 0);
    let log = raw.log();
    assert_promises_kept(&mut raw, &promises, &log);

    // By the next server, with the keys of now, everything opens; whoever has the log's first key follows.
    let server = installation.serve();
    let wire = server.wire(Some(&server.token_of("heron0")));
    let cases = wire.send("GET", "/v1/cases?limit=200", None, &Value::Null).unwrap().body;
    let opened = cases["items"].as_array().unwrap().iter().filter(|case| {
        let health = format!("/v1/cases/{}/health", case["id"].as_str().unwrap());
        let told = wire.send("GET", &health, None, &Value::Null).unwrap();
        assert!([200, 404].contains(&told.status), "{}", told.body);
        told.status == 200
    });
    assert!(opened.count() > 10);
    installation.assert_whole_log(&first_key, &[]);
}

fn cases(server: &Server, token: &str, hub: &str, count: usize) {
    let wire = server.wire(Some(token));
    let case = json!({"hub_id": hub, "sex": "female", "age_band": "18-59", "origin_country": "PRK", "risk": "low", "opened_on": "2026-03-01"});
    for _ in 0..count {
        assert_eq!(wire.send("POST", "/v1/cases", None, &case).unwrap().status, 201);
    }
}

#[test]
fn a_rotation_that_is_killed_at_any_point_is_carried_on_with() {
    let installation = Installation::set_up();
    let server = installation.serve();
    let (hub, tokens) = installation.caseworkers(&server, 1);
    cases(&server, &tokens[0], &hub, 450);
    server.kill();
    let before = |version: i32| format!("SELECT COUNT(*) FROM case_keys WHERE key_version < {version}");
    let mut raw = installation.raw();
    for round in 0..scaled("TEST_ROTATIONS", 2) {
        let version = i32::try_from(round).unwrap() + 2;
        let mut rotating = installation.program(&["key", "rotate", "case_wrapping"]).spawn().unwrap();
        // At once, while it waits, or in the middle of the batches.
        let stored =
            format!("SELECT COUNT(*) FROM keyring WHERE purpose = 'case_wrapping' AND version = {version}");
        let started = Instant::now();
        let far_enough = |raw: &mut crate::common::Raw| match round % 2 {
            0 => raw.count(&stored) == 1,
            _ => raw.count(&before(version)) < 450,
        };
        while !far_enough(&mut raw) {
            assert!(started.elapsed() < Duration::from_secs(60), "it does not go on");
            std::thread::sleep(Duration::from_millis(1));
        }
        rotating.kill().unwrap();
        rotating.wait().unwrap();
        let server = installation.serve();
        let started = Instant::now();
        while raw.count(&before(version)) > 0 {
            assert!(started.elapsed() < Duration::from_secs(60), "nobody carries it on");
            std::thread::sleep(Duration::from_millis(50));
        }
        let wire = server.wire(Some(&server.token_of("heron0")));
        assert_eq!(wire.send("GET", "/v1/cases?limit=200", None, &Value::Null).unwrap().status, 200);
        server.kill();
    }
}

#[test]
fn another_root_key_takes_the_place_of_the_old_one_while_a_server_runs() {
    let installation = Installation::set_up();
    let server = installation.serve();
    let key = installation.path("root.key");
    let old = std::fs::read(&key).unwrap();
    let changed = installation.run(&["key", "rotate-root"]);
    assert!(changed.status.success(), "{}", String::from_utf8_lossy(&changed.stderr));
    assert_ne!(std::fs::read(&key).unwrap(), old);
    // The server holds the keys themselves; also a version that comes after reaches it.
    rotate(&installation, &["token_signing"]);
    installation.administrator(&server);
    server.kill();

    let next = installation.path("root.key.next");
    std::fs::rename(&key, &next).unwrap();
    let private = |path: &std::path::Path| {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    };
    std::fs::write(&key, &old).unwrap();
    private(&key);
    // Killed between the commit and the change of places: the next start goes on.
    drop(installation.serve());
    assert!(!next.exists());
    std::fs::write(&key, &old).unwrap();
    let told = refusal(&mut installation.program(&["key", "list"]));
    assert!(told.contains("opens no key of the database"), "{told}");
}

#[actix_web::test]
async fn a_version_is_destroyed_once_nothing_needs_it_and_not_before() {
    let app = TestApp::new().await;
    let retired = async || keys::retirement::run(&app.app).await.unwrap();
    let administrator = app.administrator();
    let status = async || administrator.get("/v1/keys").await.expect(200);
    app.set_password(&administrator, "four quiet herons at dusk").await;
    let hub = json!({"name": "Kunming", "country": "CHN"});
    administrator.post_once("once", "/v1/hubs", hub).await.expect(201);
    for purpose in KeyPurpose::all().iter().filter(|purpose| **purpose != KeyPurpose::AuditSigning) {
        keys::rotate(&app.app, &app.root, *purpose).await.unwrap();
    }
    assert_eq!(states(&status().await, "case_wrapping"), ["current", "waiting"]);
    app.wait(keys::KNOWN_WITHIN);
    assert!(keys::follow(&app.app).await.unwrap());
    assert_eq!(states(&status().await, "case_wrapping"), ["older", "current"]);
    assert_eq!(retired().await, 0, "a request of before may still be on its way");
    app.wait(keys::LET_GO);
    assert_eq!(retired().await, 3);
    let now = app.renew(&administrator).get("/v1/keys").await.expect(200);
    assert_eq!(states(&now, "case_wrapping"), ["retired", "current"]);
    assert_eq!(states(&now, "token_signing"), ["retired", "current"]);
    assert_eq!(states(&now, "password_pepper"), ["older", "current"], "a password was hashed with it");
    assert_eq!(states(&now, "stored_answers"), ["older", "current"], "an answer is kept from before");
    app.wait(TimeDelta::days(1));
    assert_eq!(retired().await, 0);
    upkeep::forget_old_answers(&app.app).await.unwrap();
    assert_eq!(retired().await, 2, "no answer is kept from before");
    let mut raw = app.database.raw();
    assert_eq!(raw.count("SELECT COUNT(*) FROM keyring WHERE retired_at IS NOT NULL"), 5);
    let gone = "SELECT COUNT(*) FROM keyring WHERE retired_at IS NOT NULL AND (length(wrapped) > 0 OR handover IS NOT NULL)";
    assert_eq!(raw.count(gone), 0);
    assert_eq!(raw.count("SELECT COUNT(*) FROM keyring WHERE handover IS NOT NULL"), 0);
    assert_eq!(app.app.keyring.password_secret(1, administrator.id).map(|_| ()), Some(()));
}

#[actix_web::test]
async fn a_case_key_that_an_older_version_wraps_keeps_it_until_it_is_wrapped_anew() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let caseworker = app.caseworker(hub);
    let case = json!({"hub_id": hub, "sex": "female", "age_band": "18-59", "origin_country": "PRK", "risk": "low", "opened_on": "2026-03-01"});
    let opened = caseworker.post("/v1/cases", case.clone()).await.expect(201);
    keys::rotate(&app.app, &app.root, KeyPurpose::CaseWrapping).await.unwrap();
    app.wait(keys::KNOWN_WITHIN + keys::LET_GO);
    keys::follow(&app.app).await.unwrap();
    assert_eq!(keys::retirement::run(&app.app).await.unwrap(), 0, "a case needs it");
    assert_eq!(keys::rewrapping::some(&app.app).await.unwrap(), 1);
    assert_eq!(keys::rewrapping::some(&app.app).await.unwrap(), 0);
    assert_eq!(keys::retirement::run(&app.app).await.unwrap(), 1);
    let caseworker = app.renew(&caseworker);
    let record = format!("/v1/cases/{}/health", opened["id"].as_str().unwrap());
    caseworker.put_new(&record, json!({"allergies": [{"to": "Penicillin"}]})).await.expect(200);
    caseworker.get(&record).await.expect(200);

    // A server that slept through all of this closes nothing with what is gone.
    app.database.raw().execute("UPDATE keyring SET retired_at = 1 WHERE version = 2").unwrap();
    caseworker.post("/v1/cases", case).await.expect_problem(503, "overloaded");
}
