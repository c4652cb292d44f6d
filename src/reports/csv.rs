//! A report as CSV (RFC 4180): one header row, one row a count.

use super::model::StageReport;
use crate::db::types::CodeList as _;
use crate::error::{Error, Result};

const HEADER: [&str; 8] =
    ["as_of", "hub_id", "stage", "status", "destination_country", "sex", "age_band", "cases"];

/// The report's counts; the totals are left to whoever adds up.
pub fn stages(report: &StageReport) -> Result<Vec<u8>> {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::with_capacity(4096));
    writer.write_record(HEADER).map_err(Error::internal)?;
    let as_of = report.as_of.to_string();
    for row in &report.rows {
        let cells = [
            as_of.as_str(),
            row.hub_id.as_str(),
            row.stage.code(),
            row.status.code(),
            row.destination_country.map_or("", |country| country.code()),
            row.sex.code(),
            row.age_band.code(),
            &row.cases.to_string(),
        ];
        writer.write_record(cells.map(inert)).map_err(Error::internal)?;
    }
    writer.into_inner().map_err(|error| Error::internal(error.into_error()))
}

/// A cell that no spreadsheet takes for a formula (OWASP, CSV injection).
fn inert(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::model::{ReportScope, tests::row};
    use super::*;
    use crate::access::HubId;
    use crate::cases::codes::Stage;
    use crate::db::types::Timestamp;

    #[test]
    fn a_header_and_a_row_for_every_count() {
        let hub = HubId::generate();
        let rows = vec![row(hub, Stage::Transit, Some("KOR"), 2), row(hub, Stage::Shelter, None, 3)];
        let report = StageReport::new(
            "2026-03-01".parse().unwrap(),
            Timestamp::from_micros(0),
            ReportScope::Hub { hubs: vec![hub] },
            rows,
        );
        let text = String::from_utf8(stages(&report).unwrap()).unwrap();
        assert_eq!(
            text,
            format!(
                "as_of,hub_id,stage,status,destination_country,sex,age_band,cases\r\n\
                 2026-03-01,{hub},shelter,active,,female,18-59,3\r\n\
                 2026-03-01,{hub},transit,active,KOR,female,18-59,2\r\n"
            )
        );
    }

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(inert(cell), format!("'{cell}"));
        }
        assert_eq!(inert("18-59"), "18-59");
        assert_eq!(inert(""), "");
    }
}
