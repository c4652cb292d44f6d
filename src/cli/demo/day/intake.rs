//! The case is opened, the person's identity sealed, a bed found.

use anyhow::{Context as _, Result};
use serde_json::json;

use super::client::{Client, text};
use super::{Case, Stage};

/// Whose name is sealed; made up.
pub const NAME: &str = "리순옥";

/// Opens it.
pub fn play(stage: &Stage, tern: &mut Client) -> Result<Case> {
    stage.at(9, 10);
    let body = json!({
        "hub_id": stage.hub, "sex": "female", "age_band": "18-59", "origin_country": "PRK",
        "destination_country": "USA", "risk": "high", "opened_on": "2006-04-03",
    });
    let view = tern.post("/v1/cases", &body)?.expect(201)?;
    let (id, code) = (text(&view["id"])?, text(&view["code"])?);
    let path = format!("/v1/cases/{id}");
    stage.tell(&format!("tern opens case {code} for a woman of 18-59 from North Korea, as of 3 April 2006."));

    stage.at(9, 15);
    let record = json!({
        "names": [
            {"script": "hangul", "kind": "birth", "full": NAME},
            {"script": "latin", "kind": "birth", "full": "Ri Sun-ok"},
        ],
        "birth": {"date": "1974-03", "calendar": "lunar", "basis": "Told by the person"},
        "nationalities": ["PRK"],
    });
    tern.put_first(&format!("{path}/identity"), &record)?.expect(200)?;
    stage.tell(&format!(
        "tern seals her identity: {NAME}. From now on only those whom her case names can open it."
    ));

    stage.at(9, 20);
    let shelters = tern.get("/v1/shelters?state=open")?.expect(200)?;
    let shelters = shelters["items"].as_array().context("expected a list of shelters")?;
    let shelter = shelters
        .iter()
        .find(|shelter| shelter["free"].as_i64().is_some_and(|free| free > 0))
        .context("expected a shelter with a free bed")?;
    let body = json!({"shelter_id": shelter["id"], "arrived_on": "2006-04-03"});
    let stay = tern.post(&format!("{path}/stays"), &body)?.expect(201)?;
    stage.tell(&format!(
        "She came to the shelter {} that day; {} of its {} beds are free now.",
        text(&shelter["codename"])?,
        shelter["free"].as_i64().unwrap_or_default() - 1,
        shelter["beds"],
    ));

    stage.at(9, 25);
    let body = json!({"to": "transit", "reason": "route_ready", "on": "2006-06-12"});
    let refused = tern.step(&format!("{path}/stage"), &view["version"], &body)?;
    let problem = refused.expect_problem(409, "guards_unmet")?;
    stage
        .tell(&format!("tern moves her to transit at once, and is told why not yet: {}.", reasons(&problem)));

    Ok(Case { version: view["version"].clone(), stay: text(&stay["id"])?, id, path })
}

fn reasons(problem: &serde_json::Value) -> String {
    let unmet = problem["unmet"].as_array().cloned().unwrap_or_default();
    let details: Vec<&str> = unmet.iter().filter_map(|unmet| unmet["detail"].as_str()).collect();
    details.join("; ")
}
