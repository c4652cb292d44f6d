//! The network that is measured: hubs, people and shelters, made through the API as an administrator.

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::client::{PASSWORD, Session, ask};
use crate::wire::Connection;

/// Name of the administrator that the installation makes.
pub const ADMINISTRATOR: &str = "administrator";
/// Name of another one, who approves what the first one asks for.
pub const SECOND: &str = "second-administrator";

/// Their access tokens.
pub struct Administrators {
    first: String,
    second: Option<String>,
}

impl Administrators {
    /// With these passwords.
    pub async fn log_in(connection: &mut Connection, passwords: (&str, Option<&str>)) -> Result<Self> {
        let first = Session::open_with(connection, ADMINISTRATOR, passwords.0).await?.token;
        let second = match passwords.1 {
            Some(password) => Some(Session::open_with(connection, SECOND, password).await?.token),
            None => None,
        };
        Ok(Self { first, second })
    }

    /// Lets somebody in, by both; in an earlier release one makes them with a password.
    pub async fn let_in(
        &self,
        connection: &mut Connection,
        username: &str,
        role: &str,
        hubs: &[&str],
    ) -> Result<()> {
        let earlier = json!({ "username": username, "role": role, "password": PASSWORD, "hubs": hubs });
        if create(connection, &self.first, "/v1/users", &earlier).await.is_ok() {
            return Ok(());
        }
        let asked = json!({ "username": username, "role": role, "hubs": hubs });
        let asked = ask(connection, "POST", "/v1/users", Some(&self.first), &[], Some(&asked)).await?;
        let grant = asked.body.pointer("/grant/id").and_then(Value::as_str).context("no grant for a user")?;
        let (decision, approve) = (format!("/v1/grants/{grant}/decision"), json!({ "approve": true }));
        let second = self.second.as_deref().context("there is no second administrator")?;
        let given = ask(connection, "POST", &decision, Some(second), &[], Some(&approve)).await?;
        let code = given.text("activation_code")?;
        let chosen = json!({ "username": username, "code": code, "password": PASSWORD });
        ask(connection, "POST", "/v1/activations", None, &[], Some(&chosen)).await.map(|_| ())
    }
}

/// Hubs of the network, by country.
const COUNTRIES: [&str; 8] = ["CHN", "CHN", "CHN", "MNG", "THA", "KHM", "KOR", "USA"];

/// One hub and who works there.
pub struct Hub {
    /// Its id.
    pub id: String,
    /// A shelter with beds enough for the cases that are moved.
    pub shelter: String,
    /// Who reads, lists and moves.
    pub caseworker: Session,
    /// Who opens new cases, so that the other one's list keeps its length.
    pub opener: Session,
}

/// The network.
pub struct Network {
    /// Its hubs.
    pub hubs: Vec<Hub>,
    /// A coordinator of all of them.
    pub coordinator: Session,
}

impl Network {
    /// Makes it, as the administrators with these passwords.
    pub async fn create(server: SocketAddr, passwords: (&str, Option<&str>)) -> Result<Self> {
        let mut connection = Connection::open(server).await?;
        let administrators = Administrators::log_in(&mut connection, passwords).await?;
        let mut hubs = Vec::new();
        for (number, country) in (1..).zip(COUNTRIES) {
            let body = json!({ "name": format!("Hub {number}"), "country": country });
            let hub = create(&mut connection, &administrators.first, "/v1/hubs", &body).await?;
            let body = json!({ "hub_id": hub, "codename": format!("Measured {number}"), "beds": 500 });
            let shelter = create(&mut connection, &administrators.first, "/v1/shelters", &body).await?;
            let caseworker = format!("caseworker-{number}");
            let opener = format!("opener-{number}");
            for username in [&caseworker, &opener] {
                administrators.let_in(&mut connection, username, "caseworker", &[&hub]).await?;
            }
            let caseworker = Session::open(&mut connection, &caseworker).await?;
            let opener = Session::open(&mut connection, &opener).await?;
            hubs.push(Hub { id: hub, shelter, caseworker, opener });
        }
        let all: Vec<&str> = hubs.iter().map(|hub| hub.id.as_str()).collect();
        administrators.let_in(&mut connection, "coordinator-1", "coordinator", &all).await?;
        let coordinator = Session::open(&mut connection, "coordinator-1").await?;
        Ok(Self { hubs, coordinator })
    }

    /// The hub of a connection.
    pub fn hub_of(&self, connection: usize) -> &Hub {
        &self.hubs[connection % self.hubs.len()]
    }

    /// Carries on every session that is about to end.
    pub async fn renew(&mut self, server: SocketAddr) -> Result<()> {
        for hub in &mut self.hubs {
            hub.caseworker.renew(server).await?;
            hub.opener.renew(server).await?;
        }
        self.coordinator.renew(server).await
    }
}

async fn create(connection: &mut Connection, token: &str, path: &str, body: &Value) -> Result<String> {
    let done = ask(connection, "POST", path, Some(token), &[], Some(body)).await?;
    done.text("id").with_context(|| format!("POST {path}"))
}
