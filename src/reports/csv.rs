//! A report as CSV (RFC 4180): one header row, one row a count.

use super::dimension::Dimension;
use super::model::{StageCount, StageReport};
use crate::access::HubId;
use crate::db::types::CodeList;
use crate::error::Result;
use crate::http::csv;

/// The report's counts; the totals are left to whoever adds up.
pub fn stages(report: &StageReport) -> Result<Vec<u8>> {
    let dimensions = report.by.iter().map(|dimension| dimension.column());
    let header = ["as_of"].into_iter().chain(dimensions).chain(["cases", "log_size", "log_root"]);
    let as_of = report.as_of.to_string();
    let log = report.log.as_ref().map(|log| (log.size.to_string(), log.root.clone())).unwrap_or_default();
    let rows = report.rows.iter().map(|row| {
        let codes = report.by.iter().map(|dimension| code(row, *dimension).to_owned());
        let log = log.clone();
        [as_of.clone()].into_iter().chain(codes).chain([row.cases.to_string(), log.0, log.1])
    });
    csv::table(header, rows)
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
}
