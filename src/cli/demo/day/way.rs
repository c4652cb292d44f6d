//! The journey: planned by one, approved by another, told leg by leg.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::client::{Client, text};
use super::{Case, Stage};

/// From China through Laos to Thailand.
pub fn play(stage: &Stage, tern: &mut Client, heron: &mut Client, case: &mut Case) -> Result<()> {
    stage.at(9, 40);
    let leg = |from: &str, to: &str, on: &str| json!({"from_country": from, "to_country": to, "keeper_id": tern.id, "planned_on": on});
    let legs = [leg("CHN", "LAO", "2006-06-12"), leg("LAO", "THA", "2006-06-18")];
    let body = json!({"destination_country": "THA", "legs": legs});
    let mut journey = tern.post(&format!("{}/journeys", case.path), &body)?.expect(201)?;
    let path = format!("{}/journeys/{}", case.path, text(&journey["id"])?);
    stage.tell("tern enters the journey: China to Laos to Thailand, two legs.");
    let approval = tern.step(&format!("{path}/approval"), &journey["version"], &json!({}))?;
    approval.expect_problem(403, "forbidden")?;
    stage.tell("tern cannot approve it: that is for a coordinator.");

    stage.at(10, 5);
    journey = heron.step(&format!("{path}/approval"), &journey["version"], &json!({}))?.expect(200)?;
    stage.tell("heron approves it, as she did by word of mouth in June.");

    stage.at(10, 20);
    let moved =
        case.step(tern, "stage", &json!({"to": "transit", "reason": "route_ready", "on": "2006-06-12"}))?;
    is(&moved["stage"], "transit")?;
    let stay = format!("{}/stays/{}", case.path, case.stay);
    let version = tern.get(&stay)?.expect(200)?["version"].clone();
    let body = json!({"left_on": "2006-06-12", "leaving": "moved_on"});
    tern.step(&format!("{stay}/end"), &version, &body)?.expect(200)?;
    stage.tell("tern moves her to transit as of 12 June and ends the stay; the bed is free again.");

    stage.at(10, 25);
    let steps = [
        (0, "underway", "2006-06-12"),
        (0, "arrived", "2006-06-16"),
        (1, "underway", "2006-06-18"),
        (1, "arrived", "2006-06-21"),
    ];
    for (place, to, on) in steps {
        let leg = text(&journey["legs"][place]["id"])?;
        let body = json!({"to": to, "on": on});
        journey = tern.step(&format!("{path}/legs/{leg}/state"), &journey["version"], &body)?.expect(200)?;
    }
    is(&journey["state"], "completed")?;
    stage.tell("Both legs: under way on the 12th, arrived in Laos on the 16th, in Thailand on the 21st.");
    Ok(())
}

/// An error unless the code is the expected one.
pub fn is(came: &Value, expected: &str) -> Result<()> {
    let came = came.as_str().context("expected a code in an answer")?;
    if came != expected {
        bail!("expected {expected}, came {came}");
    }
    Ok(())
}
