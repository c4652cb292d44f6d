//! Heads of requests that are too large or odd, as bytes to the real server.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::common::server::{Installation, Server};

const HEAD: &str = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";

/// Status line and headers of the answer, and its body.
fn told(server: &Server, sent: &str) -> (String, String) {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(sent.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), body.to_owned())
}

fn with_headers(count: usize, size: usize) -> String {
    let value = "x".repeat(size);
    let headers: String = (0..count).map(|number| format!("X-Filler-{number}: {value}\r\n")).collect();
    format!("{HEAD}{headers}\r\n")
}

#[test]
fn headers_that_are_too_large_are_told_so_as_far_as_there_is_a_request() {
    let installation = Installation::set_up();
    let server = installation.serve();
    let (head, _) = told(&server, &with_headers(60, 1_000));
    assert!(head.starts_with("http/1.1 200 "), "{head}");

    for sent in [with_headers(1, 100_000), with_headers(90, 1_111)] {
        let (head, body) = told(&server, &sent);
        assert!(head.starts_with("http/1.1 431 "), "{head}");
        for header in ["content-type: application/problem+json", "cache-control: no-store"] {
            assert!(head.contains(header), "{header}: {head}");
        }
        let problem: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(problem["code"], "headers_too_large");
        assert!(
            head.contains(&format!("x-request-id: {}", problem["request_id"].as_str().unwrap())),
            "{head}"
        );
    }

    // No request at all: too many headers, and a head without an end.
    let endless = format!("{HEAD}X-Filler: {}", "x".repeat(131_072 - HEAD.len() - "X-Filler: ".len()));
    for sent in [with_headers(100, 1), endless] {
        let (head, body) = told(&server, &sent);
        assert!(head.starts_with("http/1.1 431 ") && body.is_empty(), "{head}: {body}");
        assert!(!head.contains("x-request-id"), "{head}");
    }
    let (head, body) = told(&server, "no HTTP\r\n\r\n");
    assert!(head.starts_with("http/1.1 400 ") && body.is_empty(), "{head}: {body}");
}

#[test]
fn a_method_that_is_none_is_not_logged_as_it_was_sent() {
    let installation = Installation::set_up();
    let log = installation.path("server.log");
    let script = format!("WAYSTATION_LOG=info exec \"$0\" \"$@\" 2>'{}'", log.display());
    let server = installation.serve_by(&["bash", "-c", &script]);
    let body = "Host: localhost\r\nConnection: close\r\n\r\n";
    for (line, status) in [
        ("KIM-OKSUN /v1/me", "405"),
        ("get /health", "405"),
        ("Kim|forged /health", "405"),
        ("HEAD /v1/me", "405"),
    ] {
        let (head, _) = told(&server, &format!("{line} HTTP/1.1\r\n{body}"));
        assert!(head.starts_with(&format!("http/1.1 {status} ")), "{head}");
    }
    server.kill();
    let log = std::fs::read_to_string(log).unwrap();
    assert_eq!(log.matches("\"method\":\"OTHER\"").count(), 3, "{log}");
    assert!(log.contains("\"method\":\"HEAD\""), "{log}");
    assert!(!log.to_lowercase().contains("kim"), "{log}");
}
