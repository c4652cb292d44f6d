//! What the demonstration says of itself: what it is, who may log in, what to try.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result};
use chrono::NaiveDate;
use comfy_table::{Table, presets};
use secrecy::ExposeSecret as _;

use super::figures::{LAST_DAY, SOURCES};
use super::history::{Member, Network};
use super::plan::Plan;
use super::table::{self, StageCount};
use super::words::wrapped;
use crate::config::Config;

/// Who is shown: every role, and two hubs that must not see each other's cases.
const SHOWN: [&str; 8] = ["tern", "heron", "curlew", "drongo", "stork", "owl", "raven", "dove"];

/// What this is, before anything is made.
pub fn introduce(config: &Config, is_temporary: bool) {
    println!("Waystation: a demonstration. Nobody in it is real.\n");
    let what = "A network of six hubs from the Chinese border to Seoul and eighteen months of its work, made \
        through the API and dated as it would have been.";
    println!("{}\n\n{}\n", wrapped(what, 0), wrapped(SOURCES, 0));
    let place = config.data.display();
    if is_temporary {
        println!("It is in {place} and will be deleted at the end.");
    } else {
        println!("It is in {place} and stays there; later: waystation serve --data {place}");
    }
}

/// What was made, and the stage report.
pub fn report(plan: &Plan, counts: &[StageCount], took: Duration) -> String {
    let hubs: Vec<&str> = plan.hubs.iter().map(|hub| hub.name).collect();
    let table = table::render(counts, &hubs);
    format!(
        "{} cases with {} steps, made in {:.1} s.\n\n\
         Where everybody is on {LAST_DAY}, as the coordinators' stage reports say:\n{table}",
        plan.cases.len(),
        plan.timeline().len(),
        took.as_secs_f64()
    )
}

/// Who may log in.
pub fn people(plan: &Plan, network: &Network) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["USERNAME", "ROLE", "HUB", "PASSWORD"]);
    for name in SHOWN {
        for (user, member) in plan.users.iter().zip(&network.users).filter(|(user, _)| user.username == name)
        {
            let hub = user.hub.map_or("", |hub| plan.hubs[hub].name);
            table.add_row([user.username, user.role, hub, member.password.expose_secret()]);
        }
    }
    format!("\nWho may log in; nobody knows the passwords of the others:\n{table}")
}

/// Five lines to copy.
pub fn commands(plan: &Plan, network: &Network, address: SocketAddr, today: NaiveDate) -> Result<String> {
    let url = format!("http://{address}");
    let login = ["tern", "heron", "owl"].map(|name| -> Result<String> {
        let password = member(plan, network, name)?.password.expose_secret();
        Ok(format!("{}=$(login {name} {password})", name.to_uppercase()))
    });
    let [tern, heron, owl] = login;
    let (tern, heron, owl) = (tern?, heron?, owl?);
    let hub = network.hubs.first().context("there is no hub")?;
    let json = "-H 'Content-Type: application/json'";
    let new_case = format!(
        r#"{{"hub_id":"{hub}","sex":"female","age_band":"18-59","origin_country":"PRK","risk":"high","opened_on":"{today}"}}"#
    );
    Ok(format!(
        r#"
To try, in another terminal (a login is good for ten minutes):

# tern, a caseworker, heron, her coordinator, and owl, an auditor, log in
login() {{ curl -s {url}/v1/sessions {json} -d "{{\"username\":\"$1\",\"password\":\"$2\"}}" | sed 's/.*"access_token":"\([^"]*\)".*/\1/'; }}; {tern}; {heron}; {owl}
# the cases on whose team tern is
curl -s '{url}/v1/cases?limit=3&sort=-opened_on' -H "Authorization: Bearer $TERN"
# tern opens a case
curl -s {url}/v1/cases -H "Authorization: Bearer $TERN" {json} -d '{new_case}'
# the stage report of heron's hub
curl -s '{url}/v1/reports/stages?format=csv' -H "Authorization: Bearer $HERON"
# the log: who wrote a sealed record, the newest first
curl -s '{url}/v1/audit/events?action=record.write&limit=3' -H "Authorization: Bearer $OWL"

Every address with its fields, to read and to try: {url}/docs/
Served at {url} until Ctrl-C."#
    ))
}

fn member<'a>(plan: &Plan, network: &'a Network, username: &str) -> Result<&'a Member> {
    let place =
        plan.users.iter().position(|user| user.username == username).context("nobody of this name")?;
    Ok(&network.users[place])
}
