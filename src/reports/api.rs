//! The stage report, as JSON or CSV.

use actix_web::HttpRequest;
use actix_web::web::Data;
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

use super::model::StageReport;
use super::{csv, store};
use crate::access::permissions::ReportStages;
use crate::access::{HubId, Permit};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::db::Tx;
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
    as_of: Option<NaiveDate>,
    /// Only this hub.
    hub: Option<HubId>,
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
    let StageReportQuery { as_of, hub, format } = query.0;
    let format = format.map_or_else(|| Format::accepted(&request), Ok)?;
    let event = Event::new(Action::ReportStages).detail("format", format);
    let read = app.db.read(permit, event, move |tx, permit| count(tx, permit, as_of, hub));
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
    as_of: Option<NaiveDate>,
    hub: Option<HubId>,
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
    let rows =
        if day == today { store::now(tx, permit, &scope)? } else { store::on(tx, permit, &scope, day)? };
    Ok(StageReport::new(day, tx.now(), scope, rows))
}
