//! A proxy between clients and the server, which writes down every answer before it lets it pass.

use std::io::{self, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::wire::Message;

/// An answer that passed.
#[derive(Debug)]
pub struct Passed {
    /// The method of its request, as it was sent.
    pub method: String,
    /// The address, without the query.
    pub path: String,
    /// Whose token its request came with.
    pub user: Option<String>,
    pub status: u16,
    /// Its `x-request-id`; what the server's framework answers by itself has none.
    pub request: Option<String>,
    /// The code of the problem, if it is one.
    pub code: Option<String>,
}

/// The proxy; it listens as long as the program runs.
pub struct Proxy {
    /// Where clients connect to.
    pub address: String,
    passed: Arc<Mutex<Vec<Passed>>>,
}

impl Proxy {
    /// A proxy before the server at this address.
    pub fn before(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (server, passed) = (server.to_owned(), Arc::default());
        let proxy = Self { address, passed: Arc::clone(&passed) };
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (server, passed) = (server.clone(), Arc::clone(&passed));
                // A connection that breaks is the client's to open again.
                std::thread::spawn(move || client.and_then(|client| carry(&client, &server, &passed)));
            }
        });
        proxy
    }

    /// Everything that passed so far.
    pub fn passed(&self) -> Vec<Passed> {
        std::mem::take(&mut self.passed.lock().unwrap())
    }
}

/// One request and its answer.
fn carry(client: &TcpStream, server: &str, passed: &Mutex<Vec<Passed>>) -> io::Result<()> {
    let server = TcpStream::connect(server)?;
    let Some(request) = Message::read(&mut BufReader::new(client), false)? else { return Ok(()) };
    // Who is refused early may find the connection closed before all is sent, and the answer is there all the same.
    let _refused_early = (&server).write_all(&request.bytes);
    let bodiless = request.first_line().next() == Some("HEAD");
    let Some(answer) = Message::read(&mut BufReader::new(&server), bodiless)? else { return Ok(()) };
    passed.lock().unwrap().push(Passed::new(&request, &answer));
    let mut client = client;
    client.write_all(&answer.bytes)
}

impl Passed {
    fn new(request: &Message, answer: &Message) -> Self {
        let mut line = request.first_line();
        let (method, target) = (line.next().unwrap_or_default(), line.next().unwrap_or_default());
        let bearer = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        Self {
            method: method.to_owned(),
            path: target.split('?').next().unwrap_or_default().to_owned(),
            user: bearer.and_then(subject),
            status: answer.status(),
            request: answer.header("x-request-id").map(str::to_owned),
            code: body["code"].as_str().map(str::to_owned).filter(|_| answer.status() >= 400),
        }
    }
}

/// Whom a token names, whether it is good or not.
fn subject(token: &str) -> Option<String> {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    claims["sub"].as_str().map(str::to_owned)
}
