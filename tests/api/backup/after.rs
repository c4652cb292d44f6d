//! After a restore: nobody is logged in, the log says what happened and goes on, and does not fork unseen.

use serde_json::{Value, json};

use super::{Safe, give_root_key, read_manifest, refused, run, succeeded};
use crate::common::server::{Installation, PASSWORD};
use crate::common::whole_log::{signed_now, size_of};

#[test]
fn whoever_was_logged_in_is_so_no_more_and_can_log_in_again() {
    let (safe, from) = (Safe::new(), Installation::set_up());
    let server = from.serve();
    let (_, tokens) = from.caseworkers(&server, 1);
    let credentials = json!({"username": "heron0", "password": PASSWORD});
    let session = server.wire(None).send("POST", "/v1/sessions", None, &credentials).unwrap();
    let refresh = json!({"refresh_token": session.body["refresh_token"]});
    assert!(session.body["refresh_token"].is_string());
    let manifest = safe.back_up(&from);
    drop(server);
    let into = Installation::bare();
    safe.restore(&manifest, &from, &into);
    let server = into.serve();
    for token in [tokens[0].as_str(), session.body["access_token"].as_str().unwrap()] {
        let told = server.wire(Some(token)).send("GET", "/v1/me", None, &Value::Null).unwrap();
        assert_eq!((told.status, told.body["code"].as_str()), (401, Some("unauthenticated")));
    }
    let told = server.wire(None).send("POST", "/v1/sessions/refresh", None, &refresh).unwrap();
    assert_eq!((told.status, told.body["code"].as_str()), (401, Some("refresh_refused")));
    let again =
        server.wire(Some(&server.token_of("heron0"))).send("GET", "/v1/me", None, &Value::Null).unwrap();
    assert_eq!(again.status, 200);
    assert_eq!(into.raw().count("SELECT COUNT(*) FROM idempotency_keys"), 0);
}

#[test]
fn the_log_says_that_it_was_put_back_and_goes_on_as_one() {
    let (safe, from) = (Safe::new(), Installation::set_up());
    let server = from.serve();
    let auditor = from.user(&server, "owl", "auditor", &[]);
    let (key, before) = (server.log_key(), signed_now(&server.wire(Some(&auditor))).unwrap());
    drop(server);
    let manifest = safe.back_up(&from);
    let note = read_manifest(&manifest)["log"]["checkpoint"].as_str().unwrap().to_owned();
    let into = Installation::bare();
    let told = safe.restore(&manifest, &from, &into);
    assert!(!String::from_utf8_lossy(&told.stderr).contains("warning"));
    assert_eq!(into.kept_checkpoint(), note, "on a new machine it is the newest that is known");
    let restored: Vec<_> =
        into.raw().log().into_iter().filter(|entry| entry.action == "backup.restore").collect();
    assert_eq!(restored.len(), 1);
    assert_eq!(restored[0].body()["subject"], read_manifest(&manifest)["backup"]);
    let bytes = std::fs::read(&manifest).unwrap();
    let digest: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(bytes).into();
    assert_eq!(restored[0].body()["details"]["manifest"], crate::common::hex(&digest));
    let server = into.serve();
    let after = signed_now(&server.wire(Some(&server.token_of("owl")))).unwrap();
    assert!(size_of(&after) > size_of(&note));
    into.assert_whole_log(&key, &[before, note, after]);
    succeeded(&into.run(&["audit", "verify-state"]));
}

#[test]
fn what_was_signed_after_the_backup_is_not_forgotten_by_the_machine_that_signed_it() {
    let (safe, from) = (Safe::new(), Installation::set_up());
    let manifest = safe.back_up(&from);
    let server = from.serve();
    let auditor = from.user(&server, "owl", "auditor", &[]);
    let newer = signed_now(&server.wire(Some(&auditor))).unwrap();
    drop(server);
    let newer = [newer, from.kept_checkpoint()].into_iter().max_by_key(|note| size_of(note)).unwrap();
    // The database of the machine is lost, and what it keeps outside is not.
    let into = Installation::bare();
    give_root_key(&from, &into);
    let name = if into.is_postgres() { "log-checkpoint" } else { "waystation.db.log-checkpoint" };
    std::fs::write(into.path(name), &newer).unwrap();
    let told = safe.restore(&manifest, &from, &into);
    let warned = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(warned.contains("will not be signed") && warned.contains("accept-fork"), "{warned}");
    assert_eq!(into.kept_checkpoint(), newer);
    let refusal = into.run(&["doctor"]);
    assert!(String::from_utf8_lossy(&refusal.stdout).contains("it is not signed"));
    succeeded(&into.run(&["user", "add", "heron", "--role", "administrator"]));
    let accepted = ["audit", "accept-fork", "--by", "admin", "--by", "heron", "--because", "restored-backup"];
    succeeded(&into.run(&accepted));
    assert!(!String::from_utf8_lossy(&into.run(&["doctor"]).stdout).contains("it is not signed"));
}

#[test]
fn the_doctor_asks_for_a_backup_until_there_is_one() {
    let (safe, from) = (Safe::new(), Installation::set_up());
    let line = || {
        let told = String::from_utf8(from.run(&["doctor"]).stdout).unwrap();
        told.lines().find(|line| line.contains(" backup ")).unwrap().to_owned()
    };
    assert!(line().starts_with("warning"), "{}", line());
    safe.back_up(&from);
    assert!(line().starts_with("ok"), "{}", line());
}

#[test]
fn what_is_no_certificate_of_an_erasure_stops_a_restore() {
    let (safe, from) = (Safe::new(), Installation::set_up());
    let manifest = safe.back_up(&from);
    let into = Installation::bare();
    give_root_key(&from, &into);
    std::fs::write(safe.path("erasure"), "a certificate\n").unwrap();
    let erasure = ["--erasures".to_owned(), super::text(&safe.path("erasure"))];
    let told = refused(&run(&into, &[safe.with("restore", &manifest), erasure.to_vec()].concat()));
    assert!(told.contains("no certificate of an erasure"), "{told}");
    super::assert_nothing_in(&into);
}
