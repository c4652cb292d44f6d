//! The stage report as the coordinators get it from the API, held against the plan.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use chrono::NaiveDate;
use serde::Deserialize;

use super::founding::Network;
use super::router::Router;
use crate::cli::demo::network::members;
use crate::cli::demo::plan::Plan;
use crate::cli::demo::table::StageCount;

/// What of the report is compared: counts of hub, stage, status and sex.
type Counts = BTreeMap<(usize, String, String, String), u64>;

#[derive(Deserialize)]
struct Report {
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    hub_id: String,
    stage: String,
    status: String,
    sex: String,
    cases: u64,
}

/// The report of a day, each hub by its coordinator, who is on the team of its restricted cases and so counts
/// them; an error unless it is what the plan says.
pub async fn checked(
    router: &Router,
    network: &Network,
    plan: &Plan,
    day: NaiveDate,
) -> Result<Vec<StageCount>> {
    let (reported, planned) = (reported(router, network, day).await?, planned(plan, day));
    if reported != planned {
        bail!("the stage report of {day} is not what happened: reported {reported:?}, planned {planned:?}");
    }
    let counts = reported.into_iter().map(|((hub, stage, status, sex), cases)| {
        let hub = plan.hubs[hub].name.to_owned();
        StageCount { stage, status, sex, hub, cases }
    });
    Ok(counts.collect())
}

async fn reported(router: &Router, network: &Network, day: NaiveDate) -> Result<Counts> {
    let mut counts = Counts::new();
    for (hub, id) in network.hubs.iter().enumerate() {
        let coordinator = *members(hub, "coordinator").first().context("a hub has no coordinator")?;
        let path = format!("/v1/reports/stages?as_of={day}&hub={id}&by=hub,stage,status,sex");
        let view = router.get(network.users[coordinator].id, &path).await?;
        let report: Report = serde_json::from_value(view).context("the stage report has another form")?;
        for row in report.rows {
            if row.hub_id != *id {
                bail!("the report of a hub counts another one");
            }
            *counts.entry((hub, row.stage, row.status, row.sex)).or_default() += row.cases;
        }
    }
    Ok(counts)
}

fn planned(plan: &Plan, day: NaiveDate) -> Counts {
    let mut counts = Counts::new();
    for case in &plan.cases {
        if let Some((stage, status)) = case.standing(day) {
            let key = (case.hub, stage.to_owned(), status.to_owned(), case.sex.to_owned());
            *counts.entry(key).or_default() += 1;
        }
    }
    counts
}
