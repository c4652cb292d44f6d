//! Tables as CSV (RFC 4180) that is safe to open: no cell is taken for a formula.

use crate::error::{Error, Result};

/// One header row, one row a line.
pub fn table<'a, R>(
    header: impl IntoIterator<Item = &'a str>,
    rows: impl IntoIterator<Item = R>,
) -> Result<Vec<u8>>
where
    R: IntoIterator<Item = String>,
{
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::with_capacity(4096));
    writer.write_record(header).map_err(Error::internal)?;
    for row in rows {
        writer.write_record(row.into_iter().map(inert)).map_err(Error::internal)?;
    }
    writer.into_inner().map_err(|error| Error::internal(error.into_error()))
}

/// A cell that no spreadsheet takes for a formula (OWASP, CSV injection).
fn inert(cell: String) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(inert(cell.to_owned()), format!("'{cell}"));
        }
        assert_eq!(inert("18-59".to_owned()), "18-59");
        assert_eq!(inert(String::new()), "");
    }

    #[test]
    fn what_separates_is_quoted() {
        let bytes = table(["a", "b"], [["x,y".to_owned(), "say \"no\"".to_owned()]]).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), "a,b\r\n\"x,y\",\"say \"\"no\"\"\"\r\n");
    }
}
