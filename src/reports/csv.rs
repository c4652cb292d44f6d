//! A report as CSV (RFC 4180): one header row, one row a count.

use super::dimension::Dimension;
use super::model::{StageCount, StageReport};
use crate::access::HubId;
use crate::db::types::CodeList;
use crate::error::{Error, Result};

/// The report's counts; the totals are left to whoever adds up.
pub fn stages(report: &StageReport) -> Result<Vec<u8>> {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::with_capacity(4096));
    let dimensions = report.by.iter().map(|dimension| dimension.column());
    let header = ["as_of"].into_iter().chain(dimensions).chain(["cases", "log_size", "log_root"]);
    writer.write_record(header).map_err(Error::internal)?;
    let as_of = report.as_of.to_string();
    let log = report.log.as_ref().map(|log| (log.size.to_string(), log.root.clone())).unwrap_or_default();
    for row in &report.rows {
        let cases = row.cases.to_string();
        let codes = report.by.iter().map(|dimension| code(row, *dimension));
        let cells = [as_of.as_str()].into_iter().chain(codes).chain([cases.as_str(), &log.0, &log.1]);
        writer.write_record(cells.map(inert)).map_err(Error::internal)?;
    }
    writer.into_inner().map_err(|error| Error::internal(error.into_error()))
}

/// What the row says of a dimension; empty where that is not known.
fn code(row: &StageCount, dimension: Dimension) -> &str {
    let code = match dimension {
        Dimension::Hub => row.hub_id.as_ref().map(HubId::as_str),
        Dimension::Stage => row.stage.map(CodeList::code),
        Dimension::Status => row.status.map(CodeList::code),
        Dimension::DestinationCountry => row.destination_country.flatten().map(CodeList::code),
        Dimension::Sex => row.sex.map(CodeList::code),
        Dimension::AgeBand => row.age_band.map(CodeList::code),
    };
    code.unwrap_or_default()
}

/// A cell that no spreadsheet takes for a formula (OWASP, CSV injection).
fn inert(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::model::tests::{counted, report};
    use super::*;
    use crate::cases::codes::Stage;

    #[test]
    fn a_header_and_a_row_for_every_count() {
        let hub = HubId::generate();
        let counts =
            || vec![counted(hub, Stage::Transit, Some("KOR"), 2), counted(hub, Stage::Shelter, None, 3)];
        let text =
            |by: &str| String::from_utf8(stages(&report(&by.parse().unwrap(), counts())).unwrap()).unwrap();
        assert_eq!(
            text("hub,stage,status"),
            format!(
                "as_of,hub_id,stage,status,cases,log_size,log_root\r\n\
                 2026-03-01,{hub},shelter,active,3,,\r\n\
                 2026-03-01,{hub},transit,active,2,,\r\n"
            )
        );
        assert_eq!(
            text("sex,age_band,destination_country"),
            "as_of,destination_country,sex,age_band,cases,log_size,log_root\r\n\
             2026-03-01,,female,18-59,3,,\r\n\
             2026-03-01,KOR,female,18-59,2,,\r\n"
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
