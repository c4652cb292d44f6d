//! Whether answers that must look alike also take as long: each pair is asked of the real server in turns, which of the two
//! is first by chance, and compared as dudect does.

mod people;
mod welch;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use chrono::NaiveDate;
use rand::RngExt as _;
use serde_json::json;
use waystation::access::CaseId;

use crate::arguments::Arguments;
use crate::client::{PASSWORD, ask};
use crate::installation::Installation;
use crate::network::Network;
use crate::wire::{Connection, Request};
use people::{DURESS, EACH, People};
pub use welch::{Compared, SHOWN};

/// What costs no hash is asked so many times as often.
const MORE_WITHOUT_A_HASH: usize = 5;
/// Of each kind.
const CASES: usize = 50;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pair {
    Users,
    Waiting,
    Codes,
    Duress,
    Cases,
}

const PAIRS: [Pair; 5] = [Pair::Users, Pair::Waiting, Pair::Codes, Pair::Duress, Pair::Cases];

impl Pair {
    /// What each of the two is, for a person.
    fn classes(self) -> [&'static str; 2] {
        match self {
            Self::Users => ["a wrong password", "of nobody"],
            Self::Waiting => ["a wrong password", "too soon after another one"],
            Self::Codes => ["wrong password, wrong code", "right password, wrong code"],
            Self::Duress => ["login", "login under duress"],
            Self::Cases => ["a case out of reach", "a case that is not there"],
        }
    }
}

/// What came of it.
pub struct Timing {
    requests: usize,
    compared: Vec<(Pair, Compared)>,
}

impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} requests of each of the two; of cases {MORE_WITHOUT_A_HASH} times as many; in µs",
            self.requests
        )?;
        writeln!(f, "first | second | median | median | second - first, 95% | t (shown above {SHOWN})")?;
        for (pair, compared) in &self.compared {
            let [first, second] = pair.classes();
            let shown = if compared.is_shown() { " SHOWN" } else { "" };
            writeln!(f, "{first:<26} | {second:<26} | {compared}{shown}")?;
        }
        Ok(())
    }
}

/// Prepares and compares.
pub async fn run(
    arguments: &Arguments,
    (requests, today): (usize, NaiveDate),
    progress: impl Fn(&str),
) -> Result<Timing> {
    progress("making a network");
    let installation = Installation::create(arguments)?;
    let server = installation.start().await?;
    let (first, second) = (installation.administrator_password(), installation.second_password());
    let network = Network::create(server.address, (first, Some(second))).await?;
    progress(&format!("letting {} people in", 4 * EACH));
    let people = People::create(server.address, (first, second), &network).await?;
    let cases = [somebody_else_s(server.address, &network, today).await?, nobody_s()];
    // A fresh process remembers no failure of whoever prepared.
    server.stop()?;
    let server = installation.start().await?;
    let mut asking = Asking { server: server.address, addresses: 0, network, people, cases };
    let mut compared = Vec::new();
    for pair in PAIRS {
        progress(&pair.classes().join(" / "));
        let times = if pair == Pair::Cases { MORE_WITHOUT_A_HASH } else { 1 };
        let micros = asking.in_turns(pair, requests * times).await?;
        let found = Compared::of(&micros[0], &micros[1]).context("too few requests")?;
        progress(&found.to_string());
        compared.push((pair, found));
    }
    server.stop()?;
    Ok(Timing { requests, compared })
}

/// Cases of another hub than that of whoever asks.
async fn somebody_else_s(server: SocketAddr, network: &Network, today: NaiveDate) -> Result<Vec<String>> {
    let (mut connection, hub) = (Connection::open(server).await?, network.hub_of(1));
    let case = json!({
        "hub_id": hub.id, "sex": "male", "age_band": "18-59", "origin_country": "PRK", "risk": "medium",
        "opened_on": today.to_string(),
    });
    let mut cases = Vec::new();
    for _ in 0..CASES {
        let opened = ask(&mut connection, "POST", "/v1/cases", Some(&hub.opener.token), &[], Some(&case));
        cases.push(opened.await?.text("id")?);
    }
    Ok(cases)
}

fn nobody_s() -> Vec<String> {
    (0..CASES).map(|_| CaseId::generate().to_string()).collect()
}

/// Whoever asks.
struct Asking {
    server: SocketAddr,
    /// So many addresses were used: nobody's failures stand in another's way.
    addresses: u32,
    network: Network,
    people: People,
    cases: [Vec<String>; 2],
}

impl Asking {
    async fn in_turns(&mut self, pair: Pair, requests: usize) -> Result<[Vec<f64>; 2]> {
        let mut micros = [Vec::with_capacity(requests), Vec::with_capacity(requests)];
        for turn in 0..requests {
            self.network.renew(self.server).await?;
            let first = usize::from(rand::rng().random::<bool>());
            for class in [first, 1 - first] {
                let took = self.once(pair, class, turn).await;
                micros[class].push(took.with_context(|| format!("{}, {turn}", pair.classes()[class]))?);
            }
        }
        Ok(micros)
    }

    /// How long one request of a class took.
    async fn once(&mut self, pair: Pair, class: usize, turn: usize) -> Result<f64> {
        let person = self.people.plain(class, turn).clone();
        match (pair, class) {
            (Pair::Users, 1) => self.log_in((&format!("nobody-{}", turn % EACH), "wrong", None), 401).await,
            (Pair::Waiting, 1) => {
                self.log_in((&person.username, "wrong", None), 401).await?;
                self.log_in((&person.username, "wrong", None), 401).await
            }
            (Pair::Users | Pair::Waiting, _) => self.log_in((&person.username, "wrong", None), 401).await,
            (Pair::Codes, _) => {
                let enrolled = self.people.enrolled(class, turn);
                let (username, code) = (enrolled.username.clone(), enrolled.wrong_code()?);
                let password = if class == 1 { PASSWORD } else { "wrong" };
                self.log_in((&username, password, Some(&code)), 401).await
            }
            (Pair::Duress, _) => {
                let password = if class == 1 { DURESS } else { PASSWORD };
                let took = self.log_in((&person.username, password, None), 201).await?;
                self.lift(&person.id).await?;
                Ok(took)
            }
            (Pair::Cases, _) => {
                let path = format!("/v1/cases/{}", self.cases[class][turn % CASES]);
                let token = &self.network.hub_of(0).caseworker.token;
                self.timed(&Request::new("GET", &path, Some(token), &[], None), 404).await
            }
        }
    }

    async fn log_in(&mut self, who: (&str, &str, Option<&str>), expected: u16) -> Result<f64> {
        let (username, password, code) = who;
        let mut body = json!({ "username": username, "password": password });
        if let Some(code) = code {
            body["code"] = code.into();
        }
        let request = Request::new("POST", "/v1/sessions", None, &[], Some(&body.to_string()));
        self.timed(&request, expected).await
    }

    /// Over a connection of its own, from an address that nobody has used.
    async fn timed(&mut self, request: &Request, expected: u16) -> Result<f64> {
        self.addresses += 1;
        let source = Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 1, 0, 0)) + self.addresses);
        let mut connection = Connection::open_from(IpAddr::V4(source), self.server).await?;
        let begun = Instant::now();
        let status = connection.send(request).await?.status;
        let took = begun.elapsed();
        if status != expected {
            bail!("the answer is {status}, not {expected}");
        }
        Ok(took.as_secs_f64() * 1e6)
    }

    /// Nobody is under duress after their turn.
    async fn lift(&self, user: &str) -> Result<()> {
        let mut connection = Connection::open(self.server).await?;
        let (path, token) = (format!("/v1/users/{user}/duress"), &self.network.coordinator.token);
        ask(&mut connection, "DELETE", &path, Some(token), &[], None).await.map(drop)
    }
}
