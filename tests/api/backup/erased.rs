//! A person who was erased after the backup was made does not come back with it: with the certificate at hand the restore
//! erases them again, on the same kind of database and on the other.

use serde_json::{Value, json};

use super::{Safe, give_root_key, run, succeeded, text};
use crate::common::server::{Installation, PASSWORD, Server, Told, Wire};

const NAME: &str = "Unhasu Mariposa of the seventh house";

#[track_caller]
fn ok(told: Told) -> Told {
    assert!((200..300).contains(&told.status), "{}", told.text);
    told
}

/// Three people of one hub: who works, who asks, who decides.
struct People {
    heron: Wire,
    asks: Wire,
    decides: Wire,
    hub: String,
}

fn people(installation: &Installation, server: &Server) -> People {
    let (hub, tokens) = installation.caseworkers(server, 1);
    let [asks, decides] =
        ["crane", "stork"].map(|name| installation.user(server, name, "coordinator", &[&hub]));
    let wire = |token: &str| server.wire(Some(token));
    People { heron: wire(&tokens[0]), asks: wire(&asks), decides: wire(&decides), hub }
}

/// A closed case with a name in it.
fn closed(people: &People) -> String {
    let new = json!({
        "hub_id": people.hub, "sex": "female", "age_band": "18-59", "origin_country": "PRK",
        "destination_country": "KOR", "risk": "high", "opened_on": "2006-03-01"
    });
    let case = ok(people.heron.send("POST", "/v1/cases", None, &new).unwrap());
    let path = format!("/v1/cases/{}", case.body["id"].as_str().unwrap());
    let identity = json!({"names": [{"script": "latin", "kind": "birth", "full": NAME}]});
    ok(people.heron.send("PUT", &format!("{path}/identity"), Some("new"), &identity).unwrap());
    let closure = json!({"outcome": "moved_on", "on": "2006-03-02", "note": NAME});
    ok(people.heron.send("POST", &format!("{path}/closure"), Some(&case.etag), &closure).unwrap());
    path
}

/// Asked for and approved; the address of the erasure.
fn approved(people: &People, path: &str) -> String {
    let asked = json!({"reason": "person_asked"});
    let asked = ok(people.asks.send("POST", &format!("{path}/erasures"), None, &asked).unwrap());
    let erasure = format!("{path}/erasures/{}", asked.body["id"].as_str().unwrap());
    let yes = json!({"decision": "approve"});
    ok(people.decides.send("POST", &format!("{erasure}/decision"), Some(&asked.etag), &yes).unwrap());
    erasure
}

/// The certificate, once the server that was just started has carried the erasure out and signed it.
fn certificate(asks: &Wire, erasure: &str) -> Value {
    for _ in 0..120 {
        let told = asks.send("GET", &format!("{erasure}/certificate"), None, &Value::Null).unwrap();
        if told.status == 200 {
            return told.body;
        }
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
    panic!("no certificate");
}

#[test]
fn whoever_was_erased_after_a_backup_is_erased_again_when_it_is_put_back() {
    let (safe, from) = (Safe::new(), Installation::set_up());
    let server = from.serve();
    let met = people(&from, &server);
    let (gone, kept) = (closed(&met), closed(&met));
    let erasure = approved(&met, &gone);
    let manifest = safe.back_up(&from);
    drop(server);
    // The week to object is over.
    from.raw().execute("UPDATE erasures SET due_at = decided_at").unwrap();
    let server = from.serve();
    let asks = server.log_in("crane", PASSWORD);
    let told = certificate(&asks, &erasure);
    std::fs::write(safe.path("certificate"), told.to_string()).unwrap();
    drop(server);

    let again = ["--erasures".to_owned(), text(&safe.path("certificate"))];
    let arguments = [safe.with("restore", &manifest), again.to_vec()].concat();
    for into in [Installation::bare(), Installation::nothing_yet()] {
        give_root_key(&from, &into);
        succeeded(&run(&into, &arguments));
        let left = |table: &str, path: &str| {
            let case = path.rsplit('/').next().unwrap();
            into.raw().count(&format!("SELECT COUNT(*) FROM {table} WHERE case_id = '{case}'"))
        };
        for table in ["sealed_records", "case_keys", "case_team"] {
            assert_eq!((left(table, &gone), left(table, &kept)), (0, 1), "{table}");
        }
        let states = into.raw().texts("SELECT state AS t FROM erasures");
        assert_eq!(states, ["erased"]);
        succeeded(&into.run(&["audit", "verify-state"]));
        let server = into.serve();
        let heron = server.log_in("heron0", PASSWORD);
        let get = |path: &str| heron.send("GET", path, None, &Value::Null).unwrap();
        assert_eq!(get(&format!("{gone}/identity")).status, 404);
        assert!(ok(get(&format!("{kept}/identity"))).text.contains(NAME));
        let crane = server.log_in("crane", PASSWORD);
        assert_eq!(certificate(&crane, &erasure)["certificate"], told["certificate"]);
    }
}
