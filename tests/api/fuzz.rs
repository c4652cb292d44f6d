//! Random requests to every route of the table: never a failure of the server, never an error without a
//! code, never a text sent back.

use std::collections::BTreeMap;

use actix_web::http::Method;
use actix_web::http::header::CONTENT_TYPE;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Map, Value, json};
use waystation::access::{Reach, Role};
use waystation::db::types::CodeList as _;
use waystation::openapi;
use waystation::routes::{self, Route};

use crate::common::{Answer, Client, Person, TestApp, scaled};

/// What no answer may hold.
const MARKER: &str = "박은하수";
const SEED: u64 = 20_060_801;
/// `TEST_FUZZ=200` sends as many to each route.
const REQUESTS_A_ROUTE: usize = 60;

/// Random values, with what the document knows of a route mixed in, so that some get past the first door.
pub struct Fuzzer {
    pub random: StdRng,
    pub words: Vec<String>,
}

impl Fuzzer {
    /// Once in so many times.
    pub fn chance(&mut self, one_in: u32) -> bool {
        self.random.random_range(0..one_in) == 0
    }

    fn word(&mut self) -> String {
        let odd = [
            MARKER,
            "",
            "0",
            "-1",
            "null",
            "2026-02-30",
            "2026-03-01",
            "KOR",
            "\u{0}",
            "' OR 1=1 --",
            "%",
            "\u{202e}",
        ];
        match self.random.random_range(0..4) {
            0 => odd[self.random.random_range(0..odd.len())].to_owned(),
            1 => MARKER.repeat(self.random.random_range(1..200)),
            _ => self.words[self.random.random_range(0..self.words.len())].clone(),
        }
    }

    fn value(&mut self, depth: u32) -> Value {
        match self.random.random_range(0..if depth == 0 { 6 } else { 8 }) {
            0 => Value::Null,
            1 => json!(self.chance(2)),
            2 => json!(self.random.random_range(i64::MIN..i64::MAX)),
            3 => json!(self.random.random_range(-1e300..1e300)),
            4 | 5 => json!(self.word()),
            6 => (0..self.random.random_range(0..4)).map(|_| self.value(depth - 1)).collect(),
            _ => {
                let members =
                    (0..self.random.random_range(0..4)).map(|_| (self.word(), self.value(depth - 1)));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }

    /// A good body with some members spoiled, or anything at all.
    pub fn body(&mut self, example: Option<&Value>) -> Vec<u8> {
        let mut value = match example {
            Some(example) if !self.chance(4) => example.clone(),
            _ => self.value(4),
        };
        self.spoil(&mut value);
        let mut bytes = value.to_string().into_bytes();
        if self.chance(10) && !bytes.is_empty() {
            let at = self.random.random_range(0..bytes.len());
            bytes[at] = self.random.random();
        }
        bytes
    }

    fn spoil(&mut self, value: &mut Value) {
        match value {
            Value::Object(members) => {
                for member in members.values_mut() {
                    self.spoil(member);
                }
                if self.chance(8) {
                    members.insert(self.word(), json!(MARKER));
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.spoil(item)),
            _ => {}
        }
        if self.chance(6) {
            *value = self.value(2);
        }
    }

    fn query(&mut self) -> String {
        let names =
            ["limit", "cursor", "stage", "hub", "sort", "as_of", "after", "before", "case", "actor", MARKER];
        let mut query = form_urlencoded::Serializer::new(String::new());
        for _ in 0..self.random.random_range(0..3) {
            let name = names[self.random.random_range(0..names.len())];
            query.append_pair(name, &self.word());
        }
        query.finish()
    }

    /// The route's address with each parameter right, or anything.
    pub fn address(&mut self, route: &Route, known: &BTreeMap<&str, String>) -> String {
        let parts: Vec<String> = route
            .path
            .split('/')
            .map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some(name) if !self.chance(4) => known.get(name).cloned().unwrap_or_else(|| "1".to_owned()),
                Some(_) => form_urlencoded::byte_serialize(self.word().as_bytes()).collect(),
                None => part.to_owned(),
            })
            .collect();
        let query = if route.method == Method::GET || self.chance(10) { self.query() } else { String::new() };
        format!("{}?{query}", parts.join("/"))
    }
}

/// The first role that the route is open to; anybody where it asks for no permit.
fn client(people: &BTreeMap<Role, Person>, anonymous: &Client, route: &Route) -> Client {
    let Some(row) = (route.describe)().permission else { return anonymous.clone() };
    let role = Role::all().iter().find(|role| row.reach_of(**role) != Reach::No).unwrap();
    people[role].client.clone()
}

/// The example of a route's body, with ids that are there.
fn example(document: &Value, route: &Route, known: &BTreeMap<&str, String>) -> Option<Value> {
    let method = route.method.as_str().to_lowercase();
    let body = &document["paths"][route.path][method]["requestBody"]["content"]["application/json"]["schema"];
    let name = body["$ref"].as_str()?.rsplit('/').next()?;
    let schema = &document["components"]["schemas"][name];
    let example = schema.get("example").or_else(|| schema["examples"].get(0))?;
    let mut text = example.to_string();
    for (placeholder, name) in
        [("1a5w8z0v4n9qx2c7m1b6t8r4ye", "hub"), ("2b5w8z0v4n9qx2c7m1b6t8r4ye", "user"), ("2006-", "year")]
    {
        text = text.replace(placeholder, &known[name]);
    }
    serde_json::from_str(&text).ok()
}

fn assert_sound(answer: &Answer, what: &str) {
    let status = answer.status;
    assert!(!status.is_server_error(), "{what}: {}", answer.text());
    if status.is_client_error() {
        assert_eq!(answer.header(CONTENT_TYPE.as_str()), Some("application/problem+json"), "{what}");
        let body = answer.json();
        assert!(body["code"].is_string() && body["request_id"].is_string(), "{what}: {body}");
        assert!(!answer.text().contains(MARKER), "{what}: {body}");
        for (name, value) in &answer.headers {
            assert!(!String::from_utf8_lossy(value.as_bytes()).contains(MARKER), "{what}: {name}");
        }
    }
}

#[actix_web::test]
async fn random_requests_to_every_route_are_refused_with_a_code_and_nothing_is_repeated() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    // Nobody's requests are sent by `tern`, who may lose the account on the way.
    let (heron, tern) = (app.caseworker(hub), app.caseworker(hub));
    let case = heron.open_case(hub).await;
    let known = BTreeMap::from([
        ("hub", hub.to_string()),
        ("user", tern.id.to_string()),
        ("case", case["id"].as_str().unwrap().to_owned()),
        ("list", "countries".to_owned()),
        ("year", "2026-".to_owned()),
    ]);
    let people: BTreeMap<Role, Person> = Role::all()
        .iter()
        .map(|role| {
            let hubs = if matches!(role, Role::Caseworker | Role::Coordinator) { vec![hub] } else { vec![] };
            let person = if *role == Role::Caseworker { heron.clone() } else { app.person(*role, &hubs) };
            (*role, person)
        })
        .collect();
    for person in people.values().chain([&tern]) {
        app.set_password(person, "nobody guesses this one").await;
    }
    let document = serde_json::to_value(openapi::document()).unwrap();
    let words = Role::all().iter().map(|role| role.to_string()).chain(known.values().cloned()).collect();
    let mut fuzzer = Fuzzer { random: StdRng::seed_from_u64(SEED), words };
    for route in routes::all() {
        let client = client(&people, &app.anonymous(), &route);
        // An end of the session would make every later request a stranger's, and whoever is away is refused everything.
        if ["end_session", "begin_away"].contains(&route.operation.as_str()) {
            continue;
        }
        let example = example(&document, &route, &known);
        for number in 0..scaled("TEST_FUZZ", REQUESTS_A_ROUTE) {
            let address = fuzzer.address(&route, &known);
            let mut request = client.request(route.method.clone(), &address);
            if route.method != Method::GET {
                let body = fuzzer.body(example.as_ref());
                let if_match = if fuzzer.chance(4) { "*".to_owned() } else { format!("\"{}\"", number / 40) };
                request = request
                    .insert_header(("Content-Type", "application/json"))
                    .insert_header(("If-Match", if_match))
                    .set_payload(body);
            }
            let answer = client.send(request).await;
            assert_sound(&answer, &format!("seed {SEED}, {} {} request {number}", route.method, route.path));
        }
    }
    for (role, client) in &people {
        assert_eq!(client.get("/v1/me").await.status.as_u16(), 200, "the {role} was locked out on the way");
    }
}
