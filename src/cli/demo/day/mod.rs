//! One day in the network, over real HTTP, told step by step.
//!
//! tern has been cut off from the network since spring. Today the line is back, and what became of one
//! woman goes from tern's notebook into the system: every step bears the day on which it happened and
//! is recorded today. Whoever should not see her case looks, too; in the evening the auditor reads the
//! log of it all. What does not come as expected ends the day with an error.

mod asylum;
mod audit;
mod client;
mod intake;
mod others;
mod report;
mod way;

use anyhow::{Context as _, Result};
use chrono::{NaiveDate, TimeDelta};
use secrecy::SecretString;
use serde_json::Value;

use super::figures::LAST_DAY;
use super::history::{self, Network};
use super::plan::Plan;
use super::words::wrapped;
use crate::clock::Clock;
use client::Client;

/// What the day needs of the network.
pub struct Stage {
    url: String,
    clock: Clock,
    /// The hub of those who have a part in it.
    hub: String,
    passwords: Vec<(&'static str, SecretString)>,
}

impl Stage {
    /// Of a network that is served at `url` on `clock`.
    pub fn of(plan: &Plan, network: &Network, url: String, clock: Clock) -> Result<Self> {
        let passwords = plan
            .users
            .iter()
            .zip(&network.users)
            .map(|(user, member)| (user.username, member.password.clone()))
            .collect();
        let hub = network.hubs.first().context("there is no hub")?.clone();
        Ok(Self { url, clock, hub, passwords })
    }

    fn log_in(&self, name: &'static str) -> Result<Client> {
        let known = self.passwords.iter().find(|(known, _)| *known == name);
        let (_, password) = known.with_context(|| format!("there is no {name}"))?;
        Client::log_in(&self.url, &self.clock, name, password)
    }

    /// The clock of the whole network moves on.
    fn at(&self, hour: i64, minute: i64) {
        self.clock.set(history::moment(today(), TimeDelta::hours(hour - CHINA) + TimeDelta::minutes(minute)));
    }

    /// Tells what came of a step.
    fn tell(&self, what: &str) {
        let now = self.clock.now().plus(TimeDelta::hours(CHINA));
        println!("{}  {}", now.to_utc().format("%H:%M"), wrapped(what, 7));
    }
}

/// Hours before UTC; the clock on tern's wall.
const CHINA: i64 = 8;

/// The Tuesday after the holidays.
fn today() -> NaiveDate {
    LAST_DAY + TimeDelta::days(2)
}

/// The woman's case.
struct Case {
    id: String,
    path: String,
    version: Value,
    stay: String,
}

impl Case {
    /// Takes a step of the case itself.
    fn step(&mut self, client: &mut Client, step: &str, body: &Value) -> Result<Value> {
        let view = client.step(&format!("{}/{step}", self.path), &self.version, body)?.expect(200)?;
        self.version = view["version"].clone();
        Ok(view)
    }
}

/// Plays it.
pub fn play(stage: &Stage) -> Result<()> {
    println!("\n{}: a day at {}, by the clocks of China.\n", today().format("%A, %-d %B %Y"), stage.url);
    stage.at(9, 0);
    let mut tern = stage.log_in("tern")?;
    stage.tell("tern, a caseworker in Yanji, logs in. The line was down since spring; the notebook is full.");
    stage.at(9, 5);
    let mut heron = stage.log_in("heron")?;
    let before = report::resettled_women(&mut heron, stage)?;
    stage.tell(&format!(
        "heron, the coordinator, reads the stage report: {before} women of Yanji are in resettlement."
    ));
    let mut case = intake::play(stage, &mut tern)?;
    way::play(stage, &mut tern, &mut heron, &mut case)?;
    asylum::play(stage, &mut tern, &mut case)?;
    let curlew = others::play(stage, &mut tern, &mut heron, &case)?;
    report::play(stage, &mut heron, before)?;
    audit::play(stage, &mut tern, &heron, &curlew, &case)?;
    println!("\nEvery step came out as it should.");
    Ok(())
}
