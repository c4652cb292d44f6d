//! Those who send: somebody of every role, with a token of their own.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::common::server::{Installation, PASSWORD, Server};

/// Every role, the first two in the hub.
pub const ROLES: [&str; 5] = ["caseworker", "coordinator", "auditor", "administrator", "reader"];

/// One of them, as they can log in now.
#[derive(Clone)]
pub struct Person {
    pub role: &'static str,
    pub username: String,
    pub password: String,
    pub id: String,
    pub token: String,
    /// The refresh token of a login, good once.
    pub refresh: String,
}

/// A hub, a worker's people in it, and the ids of what they know.
pub struct Team {
    pub people: Vec<Person>,
    pub known: BTreeMap<&'static str, String>,
}

impl Team {
    /// Makes them, with a colleague whom no request is sent by.
    pub fn new(installation: &Installation, server: &Server, number: usize) -> Self {
        let administrator = installation.administrator(server);
        let send = |path: &str, body: Value| {
            let told = administrator.send("POST", path, None, &body).unwrap();
            assert_eq!(told.status, 201, "{}", told.text);
            told.body["id"].as_str().unwrap().to_owned()
        };
        let hub = send("/v1/hubs", json!({"name": format!("Kunming {number}"), "country": "CHN"}));
        let user = |username: &str, role: &str| {
            let hubs = if ["caseworker", "coordinator"].contains(&role) { vec![&hub] } else { vec![] };
            let hubs: Vec<&str> = hubs.into_iter().map(String::as_str).collect();
            installation.let_in(&administrator, server, username, role, &hubs)
        };
        let people: Vec<Person> = ROLES
            .iter()
            .map(|role| {
                let username = format!("{role}{number}");
                Person {
                    id: user(&username, role),
                    role,
                    password: PASSWORD.to_owned(),
                    token: server.token_of(&username),
                    refresh: "none".to_owned(),
                    username,
                }
            })
            .collect();
        let made = |person: &Person, path: &str, body: Value| {
            let told = server.wire(Some(&person.token)).send("POST", path, None, &body).unwrap();
            assert_eq!(told.status, 201, "{}", told.text);
            told.body["id"].as_str().unwrap().to_owned()
        };
        let case = json!({
            "hub_id": hub, "sex": "female", "age_band": "18-59", "origin_country": "PRK", "risk": "high", "opened_on": "2026-03-01"
        });
        let case = made(&people[0], "/v1/cases", case);
        let shelter = made(
            &people[1],
            "/v1/shelters",
            json!({"hub_id": hub, "codename": format!("Lantern {number}"), "beds": 99}),
        );
        let colleague = user(&format!("tern{number}"), "caseworker");
        let known = BTreeMap::from([
            ("hub", hub),
            ("user", colleague),
            ("case", case),
            ("shelter", shelter),
            ("list", "countries".to_owned()),
            ("tile", "entries/000.p/9".to_owned()),
            ("version", "1".to_owned()),
        ]);
        Self { people, known }
    }
}
