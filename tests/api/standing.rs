//! Whoever loses their place while a request of theirs is still coming in changes nothing by it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::common::server::{Installation, PASSWORD, Server};
use crate::common::unhex;

#[test]
fn a_request_that_began_before_a_suspension_is_not_done_after_it() {
    let installation = Installation::set_up();
    let server = installation.serve();
    let (hub, tokens) = installation.caseworkers(&server, 1);
    let body = json!({
        "hub_id": hub, "sex": "female", "age_band": "18-59", "origin_country": "PRK", "risk": "low",
        "opened_on": "2026-03-01",
    })
    .to_string();
    let count = || installation.raw().count("SELECT count(*) FROM cases");
    let set = |change: &str| {
        let sql = format!("UPDATE users SET {change} WHERE username <> 'admin' AND role <> 'administrator'");
        installation.raw().execute(&sql).unwrap();
    };
    for (key, change, back, expected) in [
        ("", "status = 'suspended'", "status = 'active'", "401"),
        ("Idempotency-Key: held\r\n", "status = 'suspended'", "status = 'active'", "401"),
        ("Idempotency-Key: held-too\r\n", "role = 'auditor'", "role = 'caseworker'", "403"),
        ("", "status = 'active'", "status = 'active'", "201"),
    ] {
        let before = count();
        let answer = sent_slowly(&server, &tokens[0], ("/v1/cases", key, &body), || set(change));
        assert!(answer.starts_with(&format!("HTTP/1.1 {expected} ")), "{change}, {key}: {answer}");
        assert_eq!(count() - before, i64::from(expected == "201"), "{change}, {key}");
        set(back);
    }
}

#[test]
fn what_is_done_in_another_role_by_then_bears_that_role() {
    let installation = Installation::set_up();
    let server = installation.serve();
    let (_, tokens) = installation.caseworkers(&server, 1);
    let body = json!({"current_password": PASSWORD, "new_password": "nine slow barges upstream"}).to_string();
    let promote = || {
        let sql = "UPDATE users SET role = 'coordinator' WHERE role = 'caseworker'";
        installation.raw().execute(sql).unwrap();
    };
    let answer = sent_slowly(&server, &tokens[0], ("/v1/me/password", "", &body), promote);
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
    let mut raw = installation.raw();
    let body = raw.hex("body");
    let sql = format!("SELECT {body} AS t FROM audit_events WHERE action = 'password.change'");
    let entry: Value = serde_json::from_slice(&unhex(&raw.texts(&sql)[0])).unwrap();
    assert_eq!((&entry["role"], &entry["outcome"]), (&json!("coordinator"), &json!("done")));
}

/// A POST whose last byte comes only when something else has been done; the answer.
fn sent_slowly(
    server: &Server,
    token: &str,
    (path, header, body): (&str, &str, &str),
    between: impl FnOnce(),
) -> String {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let (most, last) = body.split_at(body.len() - 1);
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n{header}\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{most}",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // Long enough for the server to have looked who asks.
    std::thread::sleep(Duration::from_millis(500));
    between();
    stream.write_all(last.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
