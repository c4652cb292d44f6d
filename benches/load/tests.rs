//! Tests of the load runner itself: a measuring tool that errs is worse than none.
//!
//! A server of a few lines stands in for the real one; the background is stored in a real database.
#![expect(clippy::unwrap_used, clippy::cast_precision_loss, reason = "these are tests")]
#![expect(dead_code, reason = "the test drives the parts; the whole needs the real server")]

mod arguments;
mod background;
mod cases;
mod client;
mod database;
mod disk;
mod flood;
mod history;
mod installation;
mod measure;
mod network;
mod process;
mod report;
mod rotation;
mod rows;
mod run;
mod scenario;
mod statistics;
mod tests_background;
mod tests_stand_in;
mod timing;
mod wire;

use std::time::Duration;

use cases::OwnCase;
use measure::{Duty, measure};
use process::{Memory, parse_status};
use report::{Cell, Report};
use scenario::{Requests, Scenario};
use statistics::Latencies;
use tests_stand_in::StandIn;
use wire::{Answer, Connection, Head, Request, parse_head};

const SHORT: Duty = Duty { warm_up: Duration::from_millis(50), measured: Duration::from_millis(200) };

fn get(path: &str) -> Request {
    Request::new("GET", path, Some("token"), &[], None)
}

#[test]
fn a_head_is_taken_only_when_whole() {
    let whole = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nETag:  \"17\" \r\nx: y\r\n\r\n{}";
    let head_end = whole.len() - 2;
    for received in 0..head_end {
        assert_eq!(parse_head(&whole[..received]).unwrap(), None);
    }
    let (head, body) = parse_head(whole).unwrap().unwrap();
    assert_eq!((head.status, head.length, body), (200, 2, head_end));
    let (from, to) = head.etag.unwrap();
    assert_eq!(&whole[from..to], b"\"17\"");
}

#[test]
fn an_answer_without_a_body_needs_no_length() {
    let (head, _) = parse_head(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap().unwrap();
    assert_eq!(head, Head { status: 204, length: 0, etag: None });
}

#[test]
fn what_is_not_understood_is_an_error() {
    for text in [
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "SSH-2.0-OpenSSH\r\n\r\n",
    ] {
        assert!(parse_head(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn a_request_says_who_asks_and_how_long_it_is() {
    let request = Request::new("POST", "/v1/x", Some("abc"), &[("If-Match", "\"3\"")], Some("{}"));
    let expected = "POST /v1/x HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer abc\r\n\
                    Content-Type: application/json\r\nContent-Length: 2\r\nIf-Match: \"3\"\r\n\r\n{}";
    assert_eq!(std::str::from_utf8(request.as_bytes()), Ok(expected));
}

#[test]
fn percentiles_are_by_nearest_rank() {
    assert_eq!(Latencies::of(Vec::new()), None);
    let one = Latencies { p50: 7, p99: 7, slowest: 7 };
    assert_eq!(Latencies::of(vec![7]), Some(one));
    let hundred = Latencies { p50: 50, p99: 99, slowest: 100 };
    assert_eq!(Latencies::of((1..=100).rev().collect()), Some(hundred));
}

#[test]
fn a_report_is_a_table_and_the_same_in_json() {
    let memory = Memory { peak_kib: 20_480, resident_kib: 10_240 };
    let cell = Cell {
        scenario: Scenario::Read.name(),
        connections: 16,
        per_second: 1234.5,
        latencies: Latencies { p50: 1_500, p99: 22_000, slowest: 30_010 },
        answered: 7_000,
        recorded: 7_000,
        events_per_second: 1166.6,
        commits_per_second: Some(233.4),
        memory,
        rotated: None,
        guesses: None,
    };
    let line = "| audited read of a case | 16 | 1234 | 1.50 | 22.00 | 30.01 | 1167 | 233 | 20 |";
    assert_eq!(cell.to_string(), line);
    let report = Report {
        database: "SQLite",
        cases: 1_000,
        cores: 2,
        durable_write_micros: Some(210),
        slow_commit_micros: None,
        seconds: 5.0,
        at_start: memory,
        peak_without_logins_kib: 20_480,
        peak_with_logins_kib: Some(204_800),
        cells: vec![cell],
    };
    let text = report.to_string();
    assert!(text.starts_with("SQLite, 1000 cases, 2 cores, one durable write 0.21 ms\n"), "{text}");
    assert!(
        text.ends_with("at most 20 MiB without logins, 200 MiB with them. Every answer was on the log.\n")
    );
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["cells"][0]["p99_micros"], 22_000);
}

#[test]
fn memory_is_read_as_linux_writes_it() {
    let status = "Name:\twaystation\nVmPeak:\t  900 kB\nVmHWM:\t   321 kB\nVmRSS:\t   123 kB\n";
    assert_eq!(parse_status(status), Some(Memory { peak_kib: 321, resident_kib: 123 }));
    assert_eq!(parse_status("Name:\tkthreadd\n"), None);
    assert!(process::memory(std::process::id()).unwrap().peak_kib > 0);
}

#[tokio::test]
async fn one_connection_carries_many_requests_however_the_answers_are_cut() {
    let server = StandIn::start().await;
    let mut connection = Connection::open(server.address).await.unwrap();
    for number in 1..=50 {
        let answer = connection.send(&get("/cut")).await.unwrap();
        assert_eq!(answer, Answer { status: 200, etag: None, body: format!("{number}").as_bytes() });
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn every_answer_is_counted_once() {
    let server = StandIn::start().await;
    let requests = (0..16).map(|_| Requests::in_turn(vec![get("/one"), get("/other")])).collect();
    let measured = measure(server.address, Scenario::Read, requests, SHORT).await.unwrap();
    assert_eq!(measured.answered, server.answered());
    assert_eq!(server.connections(), 16);
    let within = measured.per_second * SHORT.measured.as_secs_f64();
    assert!(within > 0.0 && within < measured.answered as f64, "the warm-up is answered and not measured");
    assert!(measured.latencies.p50 <= measured.latencies.p99);
}

#[tokio::test]
async fn any_other_status_ends_the_run() {
    let server = StandIn::start().await;
    let requests = vec![Requests::in_turn(vec![get("/one"), get("/refused")])];
    let error = measure(server.address, Scenario::Read, requests, SHORT).await.unwrap_err();
    assert!(error.to_string().contains("403"), "{error}");
}

#[tokio::test]
async fn a_server_that_goes_away_ends_the_run() {
    let server = StandIn::start().await;
    let requests = vec![Requests::in_turn(vec![get("/hang-up")])];
    assert!(measure(server.address, Scenario::Read, requests, SHORT).await.is_err());
}

#[tokio::test]
async fn moves_go_there_and_back_with_the_version_of_the_last_answer() {
    let server = StandIn::start().await;
    let cases =
        ["a", "b", "c"].map(|id| OwnCase { id: id.to_owned(), etag: "\"1\"".to_owned(), in_transit: false });
    let requests = Requests::moves("token".to_owned(), "2006-10-26".to_owned(), cases.to_vec());
    // The stand-in answers 412 to a stale version and 409 to a move that is not there and back.
    let measured = measure(server.address, Scenario::Move, vec![requests], SHORT).await.unwrap();
    assert!(measured.answered > 6);
}

#[test]
fn a_difference_is_shown_where_there_is_one_and_not_where_there_is_none() {
    use rand::rngs::StdRng;
    use rand::{RngExt as _, SeedableRng as _};
    let mut random = StdRng::seed_from_u64(2006);
    let mut latencies = |about: f64| -> Vec<f64> {
        let outlier = |turn: usize| if turn.is_multiple_of(50) { 40_000.0 } else { 0.0 };
        (0..2_000).map(|turn| about + random.random_range(0.0..2_000.0) + outlier(turn)).collect()
    };
    let (usual, same, slower) = (latencies(80_000.0), latencies(80_000.0), latencies(80_150.0));
    let none = timing::Compared::of(&usual, &same).unwrap();
    assert!(!none.is_shown() && none.difference.abs() < none.margin * 2.0, "{none:?}");
    let some = timing::Compared::of(&usual, &slower).unwrap();
    assert!(some.is_shown() && (some.difference - 150.0).abs() < some.margin * 2.0, "{some:?}");
    assert_eq!(timing::Compared::of(&[1.0], &[1.0]), None);
    assert_eq!(timing::Compared::of(&[], &[]), None);
}
