//! Whoever loses their place while a request of theirs is still coming in changes nothing by it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use crate::common::server::Installation;

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
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let (most, last) = body.split_at(body.len() - 1);
        let head = format!(
            "POST /v1/cases HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {}\r\n{key}\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{most}",
            tokens[0],
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        // Long enough for the server to have looked who asks.
        std::thread::sleep(Duration::from_millis(500));
        set(change);
        stream.write_all(last.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {expected} ")), "{change}, {key}: {answer}");
        assert_eq!(count() - before, i64::from(expected == "201"), "{change}, {key}");
        set(back);
    }
}
