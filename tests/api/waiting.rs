//! Whoever goes away while they wait for their password to be looked at gives their place back.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::common::server::{Installation, Server, Told};

/// More than can wait and be hashed at once.
const CROWD: usize = 150;
/// A login may take as long as so many. Those who wait for a place are four times as many.
const PROMPT: u32 = 16;

fn post(server: &Server, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_nonblocking(true).unwrap();
    let head = "POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json";
    write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    stream
}

/// Whether it was told that there is no room.
fn is_turned_away(stream: &TcpStream) -> bool {
    let mut line = [0; 12];
    stream.peek(&mut line).is_ok_and(|length| length == line.len()) && line.ends_with(b"503")
}

#[test]
fn logins_that_are_broken_off_leave_room_for_others() {
    let installation = Installation::set_up();
    let server = installation.serve();
    let log_in = || -> Told {
        server.wire(None).send("POST", "/v1/sessions", None, &installation.credentials()).unwrap()
    };
    let alone = Instant::now();
    assert_eq!(log_in().status, 201);
    let prompt = alone.elapsed().max(Duration::from_millis(200)) * PROMPT;
    let stranger = json!({"username": "stranger", "password": "four quiet herons at dusk"}).to_string();
    for _ in 0..2 {
        let crowd: Vec<TcpStream> = (0..CROWD).map(|_| post(&server, &stranger)).collect();
        let come = Instant::now();
        while !crowd.iter().any(is_turned_away) {
            assert!(come.elapsed() < Duration::from_secs(20), "there is room for a crowd");
            std::thread::sleep(Duration::from_millis(2));
        }
        drop(crowd);
        let gone = Instant::now();
        let mut answer = log_in();
        // It is noticed that somebody has gone when their connection is looked at next.
        while answer.status == 503 && gone.elapsed() < prompt {
            answer = log_in();
        }
        assert_eq!(answer.status, 201, "{}", answer.body);
        assert!(gone.elapsed() < prompt, "{:?} and not {prompt:?}", gone.elapsed());
    }
}
