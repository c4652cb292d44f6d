//! Whoever goes away while they wait for their password to be looked at gives their place back.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::common::server::{Installation, Server};

/// More than can wait and be hashed at once.
const CROWD: usize = 150;

fn post(server: &Server, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let head = "POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json";
    write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    stream
}

#[test]
fn logins_that_are_broken_off_leave_room_for_others() {
    let installation = Installation::set_up();
    let server = installation.serve();
    let log_in =
        || server.wire(None).send("POST", "/v1/sessions", None, &installation.credentials()).unwrap();
    let stranger = json!({"username": "stranger", "password": "four quiet herons at dusk"}).to_string();
    for _ in 0..2 {
        let crowd: Vec<TcpStream> = (0..CROWD).map(|_| post(&server, &stranger)).collect();
        let full = log_in();
        assert_eq!((full.status, full.body["code"].as_str()), (503, Some("overloaded")), "{}", full.body);
        drop(crowd);
        let left = Instant::now();
        let mut answer = log_in();
        // The server notices that somebody has gone when it next looks at their connection.
        while answer.status == 503 && left.elapsed() < Duration::from_secs(3) {
            answer = log_in();
        }
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
}
