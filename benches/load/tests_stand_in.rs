//! A server of a few lines that answers like ours where the runner can tell the difference.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The stand-in; it ends with the test's runtime.
pub struct StandIn {
    /// Where it listens.
    pub address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    connections: AtomicU64,
    answered: AtomicU64,
    made: AtomicU64,
    /// Version and stage of each case that was moved.
    cases: Mutex<HashMap<String, (u64, String)>>,
    paths: Mutex<Vec<String>>,
}

impl StandIn {
    /// Starts it.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { address, state }
    }

    /// Connections so far.
    pub fn connections(&self) -> u64 {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// Answers so far.
    pub fn answered(&self) -> u64 {
        self.state.answered.load(Ordering::SeqCst)
    }

    /// Method and path of every request whose path begins so, ids left out.
    pub fn asked(&self, method_and_path: &str) -> usize {
        self.state.paths.lock().unwrap().iter().filter(|asked| *asked == method_and_path).count()
    }
}

async fn serve(mut stream: TcpStream, state: Arc<State>) {
    let mut received = Vec::new();
    loop {
        let Some(request) = read(&mut stream, &mut received).await else { return };
        if request.path == "/hang-up" {
            return;
        }
        let (status, etag, body) = answer(&state, &request);
        let etag = etag.map_or_else(String::new, |version| format!("ETag: \"{version}\"\r\n"));
        let text = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{etag}\r\n{body}", body.len());
        state.answered.fetch_add(1, Ordering::SeqCst);
        // In two pieces, so that the client meets half a head.
        let (first, second) = text.split_at(if request.path == "/cut" { 9 } else { text.len() });
        stream.write_all(first.as_bytes()).await.unwrap();
        if !second.is_empty() {
            tokio::task::yield_now().await;
            stream.write_all(second.as_bytes()).await.unwrap();
        }
    }
}

struct Asked {
    method: String,
    path: String,
    if_match: Option<u64>,
    body: Value,
}

async fn read(stream: &mut TcpStream, received: &mut Vec<u8>) -> Option<Asked> {
    let end = loop {
        if let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(received).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(received[..end].to_vec()).unwrap();
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
    let length: usize = header("Content-Length: ").map_or(0, |length| length.parse().unwrap());
    while received.len() < end + length {
        stream.read_buf(received).await.ok()?;
    }
    let mut words = head.split(' ').map(str::to_owned);
    let asked = Asked {
        method: words.next()?,
        path: words.next()?,
        if_match: header("If-Match: ").and_then(|tag| tag.trim_matches('"').parse().ok()),
        body: serde_json::from_slice(&received[end..end + length]).unwrap_or_default(),
    };
    received.drain(..end + length);
    Some(asked)
}

fn answer(state: &State, asked: &Asked) -> (u16, Option<u64>, String) {
    let segments: Vec<&str> = asked.path.split('/').skip(1).collect();
    let plain: Vec<&str> = segments.iter().map(|part| if part.len() == 26 { "{id}" } else { part }).collect();
    state.paths.lock().unwrap().push(format!("{} /{}", asked.method, plain.join("/")));
    match (asked.method.as_str(), segments.as_slice()) {
        ("GET", ["refused"]) => (403, None, "refused".to_owned()),
        ("GET", _) => (200, None, (state.answered.load(Ordering::SeqCst) + 1).to_string()),
        ("POST", ["v1", "cases", case, "stage"]) => stage(state, case, asked),
        ("POST", ["v1", "sessions"]) => {
            let session =
                json!({ "access_token": "a", "refresh_token": "r", "user": { "id": fresh(state) } });
            (201, None, session.to_string())
        }
        _ => (201, Some(1), json!({ "id": fresh(state), "stage": "shelter" }).to_string()),
    }
}

fn stage(state: &State, case: &str, asked: &Asked) -> (u16, Option<u64>, String) {
    let mut cases = state.cases.lock().unwrap();
    let (version, at) = cases.entry(case.to_owned()).or_insert((1, "shelter".to_owned()));
    let to = asked.body["to"].as_str().unwrap_or_default();
    if asked.if_match != Some(*version) {
        return (412, None, "stale".to_owned());
    }
    if to == at {
        return (409, None, "there already".to_owned());
    }
    (*version, *at) = (*version + 1, to.to_owned());
    (200, Some(*version), "{}".to_owned())
}

fn fresh(state: &State) -> String {
    format!("{:026}", state.made.fetch_add(1, Ordering::SeqCst))
}
