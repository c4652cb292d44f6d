//! The log as a file, in parts: JSON Lines with the bytes that were hashed, or CSV for a spreadsheet.

use actix_web::HttpRequest;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};

use super::events::{EventView, LogQuery};
use crate::access::permissions::AuditRead;
use crate::access::{CaseId, FieldGroup, Permit, Role};
use crate::app::App;
use crate::audit::checkpoint::Anchor;
use crate::audit::model::LogRow;
use crate::audit::unreadable::Unreadable;
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
        line(&mut bytes, &EventView::new(row.stored))?;
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

/// A row of the table: what stands beside an entry, what stands in it, and how the log stood. Without an entry it says
/// the last alone.
struct Row<'a> {
    beside: Option<&'a LogRow>,
    cells: Cells,
    unreadable: Option<Unreadable>,
    log: Option<&'a Anchor>,
}

/// Of the bytes of an entry, what has a column.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Cells {
    id: String,
    role: Option<Role>,
    session: Option<String>,
    code: Option<String>,
    case_asked_for: Option<String>,
    permission: String,
    request: String,
    groups: Vec<FieldGroup>,
    fields: Vec<String>,
    cases: Vec<CaseId>,
}

type Cell = fn(&Row<'_>) -> String;

/// Every column. The last two are where the verifier looks for how the log stood.
const COLUMNS: [(&str, Cell); 20] = [
    ("position", |row| text(row.beside.map(|beside| beside.stored.position))),
    ("id", |row| row.cells.id.clone()),
    ("at", |row| text(row.beside.map(|beside| beside.at))),
    ("actor", |row| text(row.beside.and_then(|beside| beside.actor.as_deref()))),
    ("role", |row| text(row.cells.role)),
    ("session", |row| text(row.cells.session.as_deref())),
    ("action", |row| text(row.beside.map(|beside| &beside.action))),
    ("outcome", |row| text(row.beside.map(|beside| &beside.outcome))),
    ("code", |row| text(row.cells.code.as_deref())),
    ("case", |row| text(row.beside.and_then(|beside| beside.case.as_deref()))),
    ("case_asked_for", |row| text(row.cells.case_asked_for.as_deref())),
    ("subject", |row| text(row.beside.and_then(|beside| beside.subject.as_deref()))),
    ("permission", |row| row.cells.permission.clone()),
    ("request", |row| row.cells.request.clone()),
    ("groups", |row| row.cells.groups.iter().map(|group| group.code()).collect::<Vec<_>>().join(" ")),
    ("fields", |row| row.cells.fields.join(" ")),
    ("cases", |row| row.cells.cases.iter().map(CaseId::as_str).collect::<Vec<_>>().join(" ")),
    ("unreadable", |row| text(row.unreadable.as_ref().map(Unreadable::code))),
    ("log_size", |row| text(row.log.map(|log| log.size))),
    ("log_root", |row| text(row.log.map(|log| log.root.as_str()))),
];

fn table(rows: &[LogRow], log: Option<&Anchor>) -> Result<Vec<u8>> {
    let mut cells: Vec<Vec<String>> = rows.iter().map(|row| Row::of(row, log).cells()).collect();
    if cells.is_empty() && log.is_some() {
        // How the log stood is told all the same.
        cells.push(Row { beside: None, cells: Cells::default(), unreadable: None, log }.cells());
    }
    csv::table(COLUMNS.map(|(name, _)| name), cells)
}

impl<'a> Row<'a> {
    fn of(beside: &'a LogRow, log: Option<&'a Anchor>) -> Self {
        let (cells, unreadable) = match beside.stored.read() {
            Ok(cells) => (cells, None),
            Err(unreadable) => (Cells::default(), Some(unreadable)),
        };
        Self { beside: Some(beside), cells, unreadable, log }
    }

    fn cells(&self) -> Vec<String> {
        COLUMNS.iter().map(|(_, cell)| cell(self)).collect()
    }
}

/// Empty where there is nothing.
fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::UserId;
    use crate::audit::model::tests::row;

    /// Members of an entry that fit into no table, or say the same in every row: they stand in JSON Lines alone.
    const LEFT_OUT: [&str; 3] = ["details", "sealed", "v"];

    /// The members in the table of `docs/AUDIT.md`.
    fn members() -> Vec<&'static str> {
        let document = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/AUDIT.md"));
        let (_, from) = document.split_once("\n| member | needed | holds |\n").unwrap();
        let lines = from.lines().skip(1).take_while(|line| line.starts_with("| `"));
        lines.map(|line| line.split('`').nth(1).unwrap()).collect()
    }

    #[test]
    fn every_member_has_a_column_that_says_what_it_says() {
        let (actor, case) = (UserId::generate(), CaseId::generate());
        let mut row = row(actor, case, b"");
        let entry = serde_json::json!({
            "action": row.action, "actor": actor, "at": row.at, "case": case, "case_asked_for": "asked",
            "cases": [CaseId::generate(), CaseId::generate()], "code": "code", "fields": ["one", "two"],
            "groups": ["legal", "health"], "id": "id", "outcome": "done", "permission": "permission",
            "request": "request", "role": "auditor", "session": "session", "subject": "subject",
        });
        row.subject = Some("subject".to_owned());
        row.stored.body = serde_json::to_vec(&entry).unwrap();
        let bytes = table(std::slice::from_ref(&row), None).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let (names, cells) = (lines.next().unwrap(), lines.next().unwrap());
        for member in members() {
            let column = names.iter().position(|name| *name == member);
            assert_eq!(column.is_none(), LEFT_OUT.contains(&member), "{member}");
            let Some(column) = column else { continue };
            let said = match &entry[member] {
                serde_json::Value::Array(list) => {
                    list.iter().map(|one| one.as_str().unwrap()).collect::<Vec<_>>().join(" ")
                }
                one => one.as_str().unwrap().to_owned(),
            };
            assert_eq!(cells[column], said, "{member}");
        }
        assert_eq!((names[0], cells[0]), ("position", "7"));
        assert_eq!(names[18..], ["log_size", "log_root"]);
    }

    #[test]
    fn what_cannot_be_read_is_told_in_its_row_and_hides_no_other() {
        let (actor, case) = (UserId::generate(), CaseId::generate());
        let rows = [row(actor, case, b"{"), row(actor, case, br#"{"id":"good"}"#)];
        let text = String::from_utf8(table(&rows, None).unwrap()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[1].starts_with("7,,") && lines[1].ends_with(",entry_unreadable,,"), "{text}");
        assert!(lines[2].starts_with("7,good,"), "{text}");
    }

    #[test]
    fn a_table_without_an_entry_says_how_the_log_stood() {
        let log = Anchor { size: 5, root: "root".to_owned(), checkpoint: String::new() };
        let text = String::from_utf8(table(&[], Some(&log)).unwrap()).unwrap();
        assert_eq!(text.lines().nth(1), Some(",,,,,,,,,,,,,,,,,,5,root"));
    }
}
