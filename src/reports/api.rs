//! The stage report, as JSON or CSV.

use actix_web::HttpRequest;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::dimension::Dimensions;
use super::model::{StageCount, StageReport};
use super::{csv, rules, store};
use crate::access::permissions::ReportStages;
use crate::access::{HubId, Permit};
use crate::app::App;
use crate::audit::checkpoint::Anchor;
use crate::audit::{Action, Event};
use crate::db::Tx;
use crate::db::types::Day;
use crate::error::{Error, Result};
use crate::http::Query;
use crate::http::table::{Format, Table};

/// Which day, which hub, which form.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StageReportQuery {
    /// The day, UTC; today when not said, and never later.
    #[param(example = "2006-08-31")]
    as_of: Option<Day>,
    /// Only this hub.
    hub: Option<HubId>,
    /// What is told apart, separated by commas: `hub`, `stage`, `status`, `destination_country`, `sex`,
    /// `age_band`; `hub,stage,status` when not said. The more, the longer the answer. By `hub` and `stage`
    /// alone, today, restricted cases whose team one is not on are counted too; otherwise they are left out.
    #[param(value_type = Option<String>, example = "stage,sex")]
    by: Option<Dimensions>,
    /// `json` or `csv`; what `Accept` asks for when not said.
    #[param(inline)]
    format: Option<Format>,
}

/// `GET /v1/reports/stages`
pub async fn report_stages(
    permit: Permit<ReportStages>,
    app: Data<App>,
    query: Query<StageReportQuery>,
    request: HttpRequest,
) -> Result<Table<StageReport>> {
    let StageReportQuery { as_of, hub, by, format } = query.0;
    let by = by.unwrap_or_default();
    let format = format.map_or_else(|| Format::accepted(&request), Ok)?;
    let event = Event::new(Action::ReportStages).detail("format", format).detail("by", &by);
    let read = app.db.read(permit, event, move |tx, permit| count(tx, permit, as_of, hub, &by));
    let report = read.await?.value;
    match format {
        Format::Json => Ok(Table::Json(report)),
        Format::Csv => {
            Ok(Table::Csv { name: format!("stages-{}.csv", report.as_of), bytes: csv::stages(&report)? })
        }
    }
}

fn count(
    tx: &mut Tx<'_>,
    permit: &Permit<ReportStages>,
    as_of: Option<Day>,
    hub: Option<HubId>,
    by: &Dimensions,
) -> Result<StageReport> {
    let today = tx.today();
    let day = as_of.unwrap_or(today);
    if day > today {
        return Err(Error::malformed_field("as_of", "Ask for today (UTC) or an earlier day."));
    }
    tx.event.set_detail("as_of", day);
    if let Some(hub) = hub {
        tx.event.set_detail("hub", hub);
    }
    let scope = store::scope(permit, hub)?;
    let open_only = rules::leaves_restricted_out(&scope, by, day, today);
    let counted = store::counted(tx, permit, &scope, day, by.tell_persons_apart(), open_only)?;
    let rows = StageCount::along(by, counted);
    Ok(StageReport::new(day, tx.now(), open_only, scope, by, rows).anchored(Anchor::now(tx)?))
}
