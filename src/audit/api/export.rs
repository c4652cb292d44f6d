//! The log as a file, in parts: JSON Lines with the bytes that were hashed, or CSV for a spreadsheet.

use actix_web::HttpRequest;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};

use super::events::{EventView, LogQuery};
use crate::access::permissions::AuditRead;
use crate::access::{CaseId, FieldGroup, Permit, Role, UserId};
use crate::app::App;
use crate::audit::checkpoint::Anchor;
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
        Ok((found, Anchor::now(tx)?))
    });
    let (found, log) = read.await?.value;
    let next = found.next.map(|position| query.place.next(position)).transpose()?;
    let bytes = match format {
        ExportFormat::Jsonl => lines(found.rows, log)?,
        ExportFormat::Csv => table(&found.rows, log.as_ref())?,
    };
    Ok(Export { name: "audit-log".to_owned(), format, bytes, next })
}

/// How the log stood, as the last line of a part.
#[derive(Serialize)]
struct Stood {
    log: Anchor,
}

fn lines(rows: Vec<LogRow>, log: Option<Anchor>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for row in rows {
        line(&mut bytes, &EventView::new(row.stored)?)?;
    }
    if let Some(log) = log {
        line(&mut bytes, &Stood { log })?;
    }
    Ok(bytes)
}

fn line(bytes: &mut Vec<u8>, value: &impl Serialize) -> Result<()> {
    serde_json::to_writer(&mut *bytes, value).map_err(Error::internal)?;
    bytes.push(b'\n');
    Ok(())
}

const HEADER: [&str; 19] = [
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
    "log_size",
    "log_root",
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

fn table(rows: &[LogRow], log: Option<&Anchor>) -> Result<Vec<u8>> {
    let cells = rows.iter().map(|row| cells(row, log)).collect::<Result<Vec<_>>>()?;
    csv::table(HEADER, cells)
}

fn cells(row: &LogRow, log: Option<&Anchor>) -> Result<[String; 19]> {
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
        text(log.map(|log| log.size)),
        text(log.map(|log| log.root.as_str())),
    ])
}

/// Empty where there is nothing.
fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
