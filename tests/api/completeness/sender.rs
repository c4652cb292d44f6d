//! Random requests of everybody, good and bad, one after another of one team.

use std::collections::BTreeMap;
use std::io::{BufReader, Write as _};
use std::net::TcpStream;

use actix_web::http::Method;
use rand::RngExt as _;
use serde_json::{Value, json};
use waystation::access::{Reach, UserId};
use waystation::routes::Route;

use super::people::{Person, Team};
use super::wire::Message;
use crate::fuzz::Fuzzer;
use crate::walk::samples::{Names, sample};

/// What is no request, or one that the framework refuses before the server sees it.
const MALFORMED: [&str; 4] = [
    "GET /v1/cases HTTP/9.9\r\n\r\n",
    "GET /v1/cases HTTP/1.1\r\nno header\r\n\r\n",
    "NONSENSE\r\n\r\n",
    "POST /v1/cases HTTP/1.1\r\nHost: a\r\nContent-Length: many\r\n\r\n",
];
/// What is open to everybody, or to nobody.
const ELSEWHERE: [(&str, &str); 8] = [
    ("GET", "/health"),
    ("GET", "/ready"),
    ("GET", "/.well-known/waystation-log-keys"),
    ("GET", "/openapi.json"),
    ("GET", "/docs/"),
    ("GET", "/v1/nothing"),
    ("DELETE", "/v1/cases"),
    ("HEAD", "/v1/me"),
];

pub struct Sender<'a> {
    pub team: Team,
    pub fuzzer: Fuzzer,
    pub routes: &'a [Route],
    /// Of the proxy.
    pub address: String,
}

impl Sender<'_> {
    /// Sends one request, and learns from its answer.
    pub fn send_one(&mut self) {
        match self.fuzzer.random.random_range(0..20) {
            0 => {
                let malformed = MALFORMED[self.fuzzer.random.random_range(0..MALFORMED.len())];
                self.exchange(malformed.as_bytes());
            }
            1 => {
                let (method, path) = ELSEWHERE[self.fuzzer.random.random_range(0..ELSEWHERE.len())];
                let token = self.token();
                self.request(method, path, &token, &[], &[]);
            }
            2 => self.log_in(),
            3 => self.refresh(),
            _ => self.use_a_route(),
        }
    }

    fn anybody(&mut self) -> usize {
        self.fuzzer.random.random_range(0..self.team.people.len())
    }

    /// Mostly one of those whose role it is open to.
    fn somebody_for(&mut self, route: &Route) -> usize {
        let row = (route.describe)().permission;
        let may = |person: &Person| {
            let role = person.role.parse().expect("a role");
            row.is_none_or(|row| row.reach_of(role) != Reach::No)
        };
        let first = self.anybody();
        let count = self.team.people.len();
        let mut others = (0..count).map(|step| (first + step) % count);
        let allowed = others.find(|who| may(&self.team.people[*who]));
        if self.fuzzer.chance(5) { first } else { allowed.unwrap_or(first) }
    }

    fn token(&mut self) -> Option<String> {
        match self.fuzzer.random.random_range(0..12) {
            0 => None,
            1 => Some("eyJhbGciOiJub25lIn0.e30.".to_owned()),
            _ => {
                let who = self.anybody();
                Some(self.team.people[who].token.clone())
            }
        }
    }

    fn log_in(&mut self) {
        let who = self.anybody();
        let Person { username, password, .. } = self.team.people[who].clone();
        let body = match self.fuzzer.random.random_range(0..4) {
            0 => json!({"username": username, "password": "a wrong password of theirs"}),
            1 => json!({"username": "nobody", "password": password}),
            2 => json!({"username": username}),
            _ => json!({"username": username, "password": password}),
        };
        let (status, told) = self.request("POST", "/v1/sessions", &None, &[], body.to_string().as_bytes());
        if status == 201 {
            self.remember(who, &told);
        }
    }

    fn remember(&mut self, who: usize, session: &Value) {
        let text = |name: &str| session[name].as_str().unwrap().to_owned();
        let person = &mut self.team.people[who];
        (person.token, person.refresh) = (text("access_token"), text("refresh_token"));
    }

    fn refresh(&mut self) {
        let who = self.anybody();
        let mut token = self.team.people[who].refresh.clone();
        if self.fuzzer.chance(4) {
            token = token.replace(['a', 'b'], "c");
        }
        let body = json!({"refresh_token": token}).to_string();
        let (status, told) = self.request("POST", "/v1/sessions/refresh", &None, &[], body.as_bytes());
        if status == 200 {
            self.remember(who, &told);
        }
    }

    /// A route by somebody: as it should be asked, or spoiled.
    fn use_a_route(&mut self) {
        let routes = self.routes;
        let route = &routes[self.fuzzer.random.random_range(0..routes.len())];
        let who = self.somebody_for(route);
        // Whoever changes a password must know it afterwards.
        let good = !self.fuzzer.chance(3) || route.operation == "change_password";
        let path = if good {
            self.team
                .known
                .iter()
                .fold(route.path.to_owned(), |path, (name, id)| path.replace(&format!("{{{name}}}"), id))
        } else {
            let known: BTreeMap<_, _> = self.team.known.clone();
            self.fuzzer.address(route, &known)
        };
        let token =
            if self.fuzzer.chance(10) { self.token() } else { Some(self.team.people[who].token.clone()) };
        let sample = sample(&route.operation, &self.names(who));
        let mut body = sample.and_then(|sample| sample.body);
        let new_password = format!("four quiet herons {}", self.fuzzer.random.random_range(0..1000));
        if route.operation == "change_password" {
            let current = self.team.people[who].password.clone();
            body = Some(json!({"current_password": current, "new_password": new_password}));
        }
        let bytes = match &body {
            _ if route.method == Method::GET => Vec::new(),
            body if !good => self.fuzzer.body(body.as_ref()),
            Some(body) => body.to_string().into_bytes(),
            None => Vec::new(),
        };
        let headers = self.headers(route);
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (status, told) = self.request(route.method.as_str(), &path, &token, &headers, &bytes);
        if token.as_ref() == Some(&self.team.people[who].token) {
            match (route.operation.as_str(), status) {
                ("change_password", 204) => self.team.people[who].password = new_password,
                ("end_session", 204) => self.log_in_again(who),
                _ => {}
            }
        }
        self.learn(route, status, &told);
    }

    fn log_in_again(&mut self, who: usize) {
        let Person { username, password, .. } = self.team.people[who].clone();
        let body = json!({"username": &username, "password": password}).to_string();
        // Whoever was guessed at a moment ago waits, ten seconds at most.
        for _ in 0..15 {
            let (status, told) = self.request("POST", "/v1/sessions", &None, &[], body.as_bytes());
            if status == 201 {
                return self.remember(who, &told);
            }
            std::thread::sleep(std::time::Duration::from_secs(1));
        }
        panic!("{username} cannot log in any more");
    }

    fn names(&self, who: usize) -> Names {
        Names {
            hub: self.team.known["hub"].parse().unwrap(),
            shelter: self.team.known.get("shelter").cloned().unwrap_or_default(),
            keeper: self.team.people[who].id.parse().unwrap(),
            word: UserId::generate().to_string(),
        }
    }

    fn headers(&mut self, route: &Route) -> Vec<(&'static str, String)> {
        if route.method == Method::GET {
            return Vec::new();
        }
        let mut headers = vec![("Content-Type", "application/json".to_owned())];
        match self.fuzzer.random.random_range(0..8) {
            0 => {}
            1 | 2 => headers.push(("If-None-Match", "*".to_owned())),
            version => headers.push(("If-Match", format!("\"{}\"", (version - 2).min(3)))),
        }
        if self.fuzzer.chance(6) {
            headers.push(("Idempotency-Key", format!("key-{}", self.fuzzer.random.random_range(0..20))));
        }
        headers
    }

    /// What was made is asked for from now on.
    fn learn(&mut self, route: &Route, status: u16, told: &Value) {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        if route.operation == "list_audit_events" && status == 200 {
            self.team.known.extend(text(&told["items"][0]["entry"]["id"]).map(|id| ("event", id)));
        }
        let name = match route.path.rsplit('/').next() {
            _ if status != 201 => return,
            Some("shelters") => "shelter",
            Some("cases") => "case",
            Some("stays") => "stay",
            Some("journeys") => "journey",
            Some("applications") => "application",
            Some("resettlements") => "resettlement",
            _ => return,
        };
        self.team.known.extend(text(&told["id"]).map(|id| (name, id)));
        self.team.known.extend(text(&told["legs"][0]["id"]).map(|id| ("leg", id)));
    }

    fn request(
        &mut self,
        method: &str,
        path: &str,
        token: &Option<String>,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> (u16, Value) {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: waystation\r\n");
        let bearer = token.as_ref().map(|token| ("Authorization", format!("Bearer {token}")));
        for (name, value) in
            bearer.iter().map(|(name, value)| (*name, value.as_str())).chain(headers.iter().copied())
        {
            head += &format!("{name}: {value}\r\n");
        }
        if path == "/v1/sessions" || path == "/v1/sessions/refresh" {
            head += "Content-Type: application/json\r\n";
        }
        head += &format!("Content-Length: {}\r\n\r\n", body.len());
        self.exchange(&[head.as_bytes(), body].concat())
    }

    /// Sends bytes, and reads the answer: its status, and its body if that is JSON.
    fn exchange(&self, bytes: &[u8]) -> (u16, Value) {
        let mut connection = TcpStream::connect(&self.address).unwrap();
        connection.write_all(bytes).unwrap();
        let answer = Message::read(&mut BufReader::new(connection), bytes.starts_with(b"HEAD"));
        let answer = answer.unwrap().expect("every request is answered");
        (answer.status(), serde_json::from_slice(answer.body()).unwrap_or_default())
    }
}
