//! One run from an empty disk to the figures.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use chrono::NaiveDate;
use serde_json::json;

use crate::arguments::{Arguments, Database};
use crate::cases::{self, CasesByConnection};
use crate::client::credentials;
use crate::database::Store;
use crate::flood::Flood;
use crate::installation::{Installation, Server};
use crate::measure::{Duty, measure};
use crate::network::Network;
use crate::process::{self, Memory};
use crate::report::{Cell, Report};
use crate::rotation::Rotation;
use crate::scenario::{Requests, Scenario};
use crate::wire::{Connection, Request};
use crate::{background, disk};

/// What the cells share.
struct Run {
    installation: Installation,
    rotate: bool,
    flood: Option<usize>,
    server: Server,
    store: Store,
    network: Network,
    cases: CasesByConnection,
    today: NaiveDate,
    duty: Duty,
}

/// Prepares and measures.
pub async fn run(arguments: &Arguments, today: NaiveDate, progress: impl Fn(&str)) -> Result<Report> {
    progress("making an empty network");
    let installation = Installation::create(arguments)?;
    let server = installation.start().await?;
    let mut store = Store::open(installation.database_url())?;
    let network = Network::create(
        server.address,
        (installation.administrator_password(), Some(installation.second_password())),
    )
    .await?;
    progress(&format!("putting {} cases into it", arguments.cases));
    background::fill(&mut store, &*installation.keyring()?, &network, arguments.cases, today)?;
    let connections = arguments.most_connections();
    progress(&format!("opening {} more through the API", connections * cases::CASES_PER_CONNECTION));
    let network = Arc::new(network);
    let cases = cases::create(server.address, &network, connections, &today.to_string()).await?;
    let network = Arc::into_inner(network).context("somebody still prepares")?;

    // A fresh process: what preparing needed, password hashes above all, is not in its memory.
    server.stop()?;
    let server = installation.start().await?;
    let at_start = process::memory(server.process())?;
    let duty = Duty {
        warm_up: Duration::from_secs_f64(arguments.warm_up),
        measured: Duration::from_secs_f64(arguments.seconds),
    };
    let mut run = Run {
        installation,
        rotate: arguments.rotate,
        flood: arguments.flood,
        server,
        store,
        network,
        cases,
        today,
        duty,
    };
    let mut cells = Vec::new();
    for scenario in &arguments.scenario {
        for connections in &arguments.connections {
            progress(&format!("{}, {connections} connections", scenario.name()));
            cells.push((*scenario, run.cell(*scenario, *connections).await?));
        }
    }
    let peak = |logins: bool| {
        let some = cells.iter().filter(|(scenario, _)| (*scenario == Scenario::Login) == logins);
        some.map(|(_, cell)| cell.memory.peak_kib).max()
    };
    let (without, with) = (peak(false).unwrap_or(at_start.peak_kib), peak(true));
    run.server.stop()?;
    Ok(Report {
        database: arguments.database.name(),
        cases: arguments.cases,
        cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        durable_write_micros: match arguments.database {
            Database::Sqlite => Some(disk::durable_write_micros(run.installation.directory())?),
            Database::Postgres => None,
        },
        slow_commit_micros: arguments.slow_commit,
        seconds: arguments.seconds,
        at_start,
        peak_without_logins_kib: without,
        peak_with_logins_kib: with,
        cells: cells.into_iter().map(|(_, cell)| cell).collect(),
    })
}

impl Run {
    async fn cell(&mut self, scenario: Scenario, connections: usize) -> Result<Cell> {
        self.network.renew(self.server.address).await?;
        let mut requests = Vec::with_capacity(connections);
        for connection in 0..connections {
            requests.push(self.requests(scenario, connection).await?);
        }
        let mark = self.store.mark()?;
        let commits_before = self.store.commits()?;
        process::forget_peak(self.server.process());
        let rotation = self.rotate.then(|| Rotation::begin(&self.installation));
        let flood = self.flood.map(|strangers| Flood::begin(self.server.address, strangers));
        let measured = measure(self.server.address, scenario, requests, self.duty)
            .await
            .with_context(|| format!("{}, {connections} connections", scenario.name()))?;
        let guesses = match flood {
            Some(flood) => Some(flood.ended().await?),
            None => None,
        };
        let rotated = match rotation {
            Some(rotation) => Some(rotation.ended(&mut self.store).await?),
            None => None,
        };
        let memory: Memory = process::memory(self.server.process())?;
        let commits =
            commits_before.zip(self.store.commits()?).map(|(before, after)| after.wrapping_sub(before));
        self.store.mark()?;
        let recorded = self.store.events_after(mark, scenario.action())?;
        if recorded < measured.answered {
            bail!(
                "{}: {} answers and only {recorded} events: something was seen that is not on the log",
                scenario.name(),
                measured.answered
            );
        }
        #[expect(clippy::cast_precision_loss, reason = "far fewer events than 2^52")]
        let events_per_second = recorded as f64 / measured.took.as_secs_f64();
        Ok(Cell {
            scenario: scenario.name(),
            connections,
            per_second: measured.per_second,
            latencies: measured.latencies,
            answered: measured.answered,
            recorded,
            events_per_second,
            commits_per_second: commits.map(|commits| f64::from(commits) / measured.took.as_secs_f64()),
            memory,
            rotated,
            guesses,
        })
    }

    async fn requests(&self, scenario: Scenario, connection: usize) -> Result<Requests> {
        let hub = self.network.hub_of(connection);
        let token = hub.caseworker.token.as_str();
        let own = &self.cases[connection];
        let get = |path: String, token: &str| Request::new("GET", &path, Some(token), &[], None);
        let requests = match scenario {
            Scenario::Read => own.iter().map(|id| get(format!("/v1/cases/{id}"), token)).collect(),
            Scenario::Sealed => own.iter().map(|id| get(format!("/v1/cases/{id}/identity"), token)).collect(),
            Scenario::List => vec![get("/v1/cases?limit=50".to_owned(), token)],
            Scenario::Report => vec![get("/v1/reports/stages".to_owned(), &self.network.coordinator.token)],
            Scenario::Breakdown => {
                let path = "/v1/reports/stages?by=hub,stage,status,destination_country,sex,age_band";
                vec![get(path.to_owned(), &self.network.coordinator.token)]
            }
            Scenario::Create => {
                let case = json!({
                    "hub_id": hub.id, "sex": "male", "age_band": "18-59", "origin_country": "PRK",
                    "risk": "medium", "opened_on": self.today,
                });
                let token = Some(hub.opener.token.as_str());
                vec![Request::new("POST", "/v1/cases", token, &[], Some(&case.to_string()))]
            }
            Scenario::Login => {
                let body = credentials(&hub.caseworker).to_string();
                vec![Request::new("POST", "/v1/sessions", None, &[], Some(&body))]
            }
            Scenario::Move => return self.moves(connection, token).await,
        };
        Ok(Requests::in_turn(requests))
    }

    /// The versions as they are now: the cells before have moved the same cases.
    async fn moves(&self, connection: usize, token: &str) -> Result<Requests> {
        let mut asking = Connection::open(self.server.address).await?;
        let mut own = Vec::new();
        for id in &self.cases[connection] {
            own.push(cases::current(&mut asking, token, id).await?);
        }
        Ok(Requests::moves(token.to_owned(), self.today.to_string(), own))
    }
}
