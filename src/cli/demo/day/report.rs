//! The stage report, as JSON and as CSV.

use anyhow::{Context as _, Result, bail};

use super::Stage;
use super::client::Client;

/// Women of the hub in resettlement, by the report of today.
pub fn resettled_women(heron: &mut Client, stage: &Stage) -> Result<u64> {
    let report =
        heron.get(&format!("/v1/reports/stages?hub={}&by=stage,status,sex", stage.hub))?.expect(200)?;
    let rows = report["rows"].as_array().context("expected rows in the report")?;
    let counted = rows.iter().filter(|row| row["stage"] == "resettlement" && row["sex"] == "female");
    Ok(counted.filter(|row| row["status"] == "active").filter_map(|row| row["cases"].as_u64()).sum())
}

/// The woman is counted, in both forms.
pub fn play(stage: &Stage, heron: &mut Client, before: u64) -> Result<()> {
    stage.at(15, 0);
    let now = resettled_women(heron, stage)?;
    if now != before + 1 {
        bail!("expected {} women in resettlement, came {now}", before + 1);
    }
    let answer =
        heron.get(&format!("/v1/reports/stages?hub={}&by=stage,status,sex&format=csv", stage.hub))?;
    if answer.status != 200 {
        bail!("expected the report as CSV, came {}: {}", answer.status, answer.body);
    }
    let counted = women_in(&answer.body)?;
    if counted != now {
        bail!("expected {now} women in the report as CSV, came {counted}");
    }
    stage.tell(&format!(
        "heron reads the stage report again: {now} women are in resettlement, in JSON and in CSV."
    ));
    Ok(())
}

fn women_in(text: &str) -> Result<u64> {
    let mut sum = 0;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers()?.clone();
    for row in reader.records() {
        let row = row?;
        let cell = |name| header.iter().position(|column| column == name).and_then(|place| row.get(place));
        if (cell("stage"), cell("status"), cell("sex"))
            == (Some("resettlement"), Some("active"), Some("female"))
        {
            sum += cell("cases").context("expected a column of cases")?.parse::<u64>()?;
        }
    }
    Ok(sum)
}
