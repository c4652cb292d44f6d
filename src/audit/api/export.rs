//! The log as a file, in parts: JSON Lines with the bytes that were hashed, or CSV for a spreadsheet.

use actix_web::HttpRequest;
use actix_web::web::Data;
use serde::Deserialize;

use super::events::{EventView, LogQuery};
use crate::access::permissions::AuditRead;
use crate::access::{CaseId, FieldGroup, Permit, Role, UserId};
use crate::app::App;
use crate::audit::model::LogRow;
use crate::audit::{Action, store};
use crate::db::types::CodeList as _;
use crate::error::{Error, Result};
use crate::http::CursorQuery;
use crate::http::csv;
use crate::http::export::{Export, ExportFormat};

/// Entries in one part.
const PART: usize = 5_000;

/// `GET /v1/audit/export`
pub async fn export_audit_events(
    permit: Permit<AuditRead>,
    app: Data<App>,
    query: CursorQuery<LogQuery>,
    request: HttpRequest,
) -> Result<Export> {
    let format = ExportFormat::accepted(&request)?;
    let (filter, start) = (query.filter.filter(), query.place.start()?);
    app.db.sequence_now().await?;
    let event = query.filter.event(Action::AuditExport).detail("format", format);
    let read = app.db.read_log(permit, event, move |tx, permit| {
        let found = store::list(tx, permit, &filter, start, PART)?;
        tx.event.set_detail("entries", found.rows.len());
        Ok(found)
    });
    let found = read.await?.value;
    let next = found.next.map(|position| query.place.next(position)).transpose()?;
    let bytes = match format {
        ExportFormat::Jsonl => lines(found.rows)?,
        ExportFormat::Csv => table(&found.rows)?,
    };
    Ok(Export { name: "audit-log".to_owned(), format, bytes, next })
}

fn lines(rows: Vec<LogRow>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut bytes, &EventView::new(row.stored)?).map_err(Error::internal)?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}

const HEADER: [&str; 17] = [
    "position",
    "id",
    "at",
    "actor",
    "role",
    "session",
    "action",
    "outcome",
    "code",
    "case",
    "case_asked_for",
    "subject",
    "permission",
    "request",
    "groups",
    "fields",
    "cases",
];

/// What of an entry fits into a table; the hashes of sealed writes and the details stand in JSON Lines alone.
#[derive(Deserialize)]
struct Cells {
    id: String,
    #[serde(default)]
    actor: Option<UserId>,
    #[serde(default)]
    role: Option<Role>,
    #[serde(default)]
    session: Option<String>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    case_asked_for: Option<String>,
    permission: String,
    request: String,
    #[serde(default)]
    groups: Vec<FieldGroup>,
    #[serde(default)]
    fields: Vec<String>,
    #[serde(default)]
    cases: Vec<CaseId>,
}

fn table(rows: &[LogRow]) -> Result<Vec<u8>> {
    let cells = rows.iter().map(cells).collect::<Result<Vec<_>>>()?;
    csv::table(HEADER, cells)
}

fn cells(row: &LogRow) -> Result<[String; 17]> {
    let cells: Cells = serde_json::from_slice(&row.stored.body).map_err(Error::internal)?;
    Ok([
        row.stored.position.to_string(),
        cells.id,
        row.at.to_string(),
        text(cells.actor),
        text(cells.role),
        text(cells.session),
        row.action.clone(),
        row.outcome.to_string(),
        text(cells.code),
        text(row.case),
        text(cells.case_asked_for),
        text(row.subject.as_deref()),
        cells.permission,
        cells.request,
        cells.groups.iter().map(|group| group.code()).collect::<Vec<_>>().join(" "),
        cells.fields.join(" "),
        cells.cases.iter().map(CaseId::as_str).collect::<Vec<_>>().join(" "),
    ])
}

/// Empty where there is nothing.
fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
