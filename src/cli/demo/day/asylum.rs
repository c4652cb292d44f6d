//! Asked for protection, given it, taken in by a country.

use anyhow::Result;
use serde_json::{Value, json};

use super::client::{Client, text};
use super::way::is;
use super::{Case, Stage};

/// With UNHCR in Bangkok, and then to the United States.
pub fn play(stage: &Stage, tern: &mut Client, case: &mut Case) -> Result<()> {
    stage.at(10, 40);
    let body = json!({"country": "THA", "authority": "unhcr", "level": "FI", "applied_on": "2006-06-26"});
    let application = tern.post(&format!("{}/applications", case.path), &body)?.expect(201)?;
    let body = json!({"to": "asylum", "reason": "application_lodged", "on": "2006-06-26"});
    is(&case.step(tern, "stage", &body)?["stage"], "asylum")?;
    stage.tell("Her application, lodged with UNHCR in Bangkok on 26 June; she is in asylum from then on.");

    stage.at(10, 50);
    let path = format!("{}/applications/{}", case.path, text(&application["id"])?);
    let steps = [
        ("interview_scheduled", "2006-07-10"),
        ("interviewed", "2006-07-24"),
        ("decision_pending", "2006-07-25"),
        ("recognized", "2006-08-30"),
    ];
    walk(tern, &path, application, &steps)?;
    stage.tell("Interview on 24 July; recognized as a refugee on 30 August.");

    stage.at(11, 5);
    let body = json!({
        "country": "USA", "primary_category": "women_girls_at_risk", "priority": "urgent", "on": "2006-09-04"
    });
    let resettlement = tern.post(&format!("{}/resettlements", case.path), &body)?.expect(201)?;
    let path = format!("{}/resettlements/{}", case.path, text(&resettlement["id"])?);
    let steps = [("submitted", "2006-09-11"), ("accepted_by_country", "2006-11-20")];
    let resettlement = walk(tern, &path, resettlement, &steps)?;
    stage.tell("Submitted to the United States on 11 September; accepted on 20 November.");

    stage.at(11, 10);
    let body = json!({"to": "resettlement", "reason": "resettlement_accepted", "on": "2006-11-20"});
    is(&case.step(tern, "stage", &body)?["stage"], "resettlement")?;
    let steps =
        [("departure_scheduled", "2006-12-01"), ("departed", "2006-12-14"), ("arrived", "2006-12-15")];
    walk(tern, &path, resettlement, &steps)?;
    stage.tell("She is in resettlement since; departed on 14 December, arrived on the 15th.");

    stage.at(11, 20);
    let history = tern.get(&format!("{}/history", case.path))?.expect(200)?;
    stage.tell(&format!("Her history reads: {}; all of it recorded today.", told(&history)));
    Ok(())
}

fn walk(tern: &mut Client, path: &str, mut thing: Value, steps: &[(&str, &str)]) -> Result<Value> {
    for (to, on) in steps {
        let body = json!({"to": to, "on": on});
        thing = tern.step(&format!("{path}/state"), &thing["version"], &body)?.expect(200)?;
        is(&thing["state"], to)?;
    }
    Ok(thing)
}

fn told(history: &Value) -> String {
    let periods = history["items"].as_array().or_else(|| history["periods"].as_array());
    let period = |period: &Value| {
        let (stage, from) = (period["stage"].as_str(), period["from_on"].as_str());
        format!("{} from {}", stage.unwrap_or("?"), from.unwrap_or("?"))
    };
    periods.into_iter().flatten().map(period).collect::<Vec<_>>().join(", ")
}
