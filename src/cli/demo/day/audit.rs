//! In the evening the auditor reads the log: who did what, who was refused, who opened the identity.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use chrono::TimeDelta;
use serde_json::Value;

use super::client::{Client, text};
use super::{CHINA, Case, Stage, today};
use crate::cli::demo::history;

/// Reads it.
pub fn play(stage: &Stage, tern: &mut Client, heron: &Client, curlew: &Client, case: &Case) -> Result<()> {
    stage.at(17, 0);
    let mut owl = stage.log_in("owl")?;
    owl.get(&case.path)?.expect_problem(403, "forbidden")?;
    stage.tell("owl, the auditor, logs in. The case itself is refused: an auditor reads who did what, not who is who.");

    stage.at(17, 5);
    let entries = log(&mut owl, &format!("case={}", case.id))?;
    stage.tell(&format!("The log has {} entries of this case: {}.", entries.len(), actions(&entries)));

    stage.at(17, 10);
    let peek = refused(&mut owl, curlew, case)?.context("expected curlew's refused reading on the log")?;
    stage.tell(&format!(
        "curlew's look at 13:00 is there: {}, refused ({}).",
        word(&peek, "action"),
        word(&peek, "code")
    ));
    let sealed = refused(&mut owl, heron, case)?.context("expected heron's refused reading on the log")?;
    stage.tell(&format!(
        "heron's try at the identity is there: {}, refused ({}).",
        word(&sealed, "action"),
        word(&sealed, "code")
    ));

    stage.at(17, 20);
    let of_identity = |entry: &&Value| {
        entry["groups"].as_array().is_some_and(|groups| groups.iter().any(|group| group == "identity"))
    };
    let seen: Vec<&Value> = entries.iter().filter(of_identity).collect();
    let expected = [("record.write", "09:15"), ("record.read", "13:30")];
    let mut came = Vec::new();
    for entry in seen.iter().rev().filter(|entry| entry["outcome"] == "done") {
        if entry["actor"] != tern.id.as_str() {
            bail!("expected nobody but tern at the identity, came {entry}");
        }
        came.push((word(entry, "action"), hour(entry)?));
    }
    if came.iter().map(|(action, at)| (action.as_str(), at.as_str())).ne(expected) {
        bail!("expected the identity written at 09:15 and opened at 13:30, came {came:?}");
    }
    stage.tell(
        "Her identity was written at 09:15 and opened at 13:30, by tern both times, and by nobody else.",
    );

    stage.at(17, 30);
    let answer = tern.get(&format!("{}/access-log", case.path))?.expect(200)?;
    let shown = answer["items"].as_array().context("expected the accesses to a case")?.len();
    stage.tell(&format!("tern may see who opened her case, too: {shown} entries."));
    Ok(())
}

/// The latest entries that a query finds, newest first.
fn log(owl: &mut Client, query: &str) -> Result<Vec<Value>> {
    let since = history::moment(today(), TimeDelta::zero());
    let answer = owl.get(&format!("/v1/audit/events?limit=200&after={since}&{query}"))?.expect(200)?;
    let items = answer["items"].as_array().context("expected entries of the log")?;
    Ok(items.iter().map(|item| item["entry"].clone()).collect())
}

/// What was refused to somebody about the case.
fn refused(owl: &mut Client, whom: &Client, case: &Case) -> Result<Option<Value>> {
    let entries = log(owl, &format!("outcome=refused&actor={}", whom.id))?;
    Ok(entries.into_iter().find(|entry| entry["case"] == *case.id || entry["case_asked_for"] == *case.id))
}

fn word(entry: &Value, name: &str) -> String {
    text(&entry[name]).unwrap_or_default()
}

fn hour(entry: &Value) -> Result<String> {
    let at: crate::db::types::Timestamp =
        text(&entry["at"])?.parse().map_err(|_| anyhow::anyhow!("expected a moment in an entry"))?;
    Ok(at.plus(TimeDelta::hours(CHINA)).to_utc().format("%H:%M").to_string())
}

fn actions(entries: &[Value]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for entry in entries {
        *counts.entry(word(entry, "action")).or_default() += 1;
    }
    counts.iter().map(|(action, count)| format!("{count} {action}")).collect::<Vec<_>>().join(", ")
}
