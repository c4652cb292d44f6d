//! What a document that left the server says of the log: a signed checkpoint, alone or in a report, or size and root in a
//! table, which nobody signed.

use super::base64;
use super::checkpoint::{Checkpoint, number};
use super::malformed::Malformed;
use super::merkle::Hash;
use super::note::Note;

/// How the log stood when the document was made.
#[derive(Debug, Clone)]
pub(super) enum Anchor {
    /// Signed by whoever signed the log.
    Signed(Note, Checkpoint),
    /// As the table says, and no more to be believed than it.
    Unsigned(u64, Hash),
}

/// The last columns of a report as a table.
const COLUMNS: &str = "log_size,log_root";

const UNSIGNED_YET: Malformed =
    Malformed::new("the report was made before the log was first signed, so it bears no checkpoint");

impl Anchor {
    /// Reads a signed note, a report in JSON, or one in CSV.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_start_matches('\u{feff}');
        if text.trim_start().starts_with('{') {
            return in_json(text);
        }
        match text.split_once('\n') {
            Some((header, rows)) if ends_with_columns(header) => in_table(rows),
            _ => signed(bytes),
        }
    }

    pub(super) fn size(&self) -> u64 {
        match self {
            Self::Signed(_, checkpoint) => checkpoint.size,
            Self::Unsigned(size, _) => *size,
        }
    }

    pub(super) fn root(&self) -> &Hash {
        match self {
            Self::Signed(_, checkpoint) => &checkpoint.root,
            Self::Unsigned(_, root) => root,
        }
    }
}

fn signed(note: &[u8]) -> Result<Anchor, Malformed> {
    let note = Note::parse(note)?;
    let checkpoint = Checkpoint::parse(note.text())?;
    Ok(Anchor::Signed(note, checkpoint))
}

fn in_json(text: &str) -> Result<Anchor, Malformed> {
    const LACKING: Malformed = Malformed::new("it is JSON without the member `checkpoint` in `log`");
    // An export of the log has a value a line, and says in the last how the log stood.
    let last_line = || serde_json::from_str(text.trim_end().lines().next_back()?).ok();
    let report: serde_json::Value = serde_json::from_str(text)
        .ok()
        .or_else(last_line)
        .ok_or(Malformed::new("it begins as JSON, and is none"))?;
    match report.get("log") {
        Some(serde_json::Value::Null) => Err(UNSIGNED_YET),
        Some(log) => signed(log.get("checkpoint").and_then(|note| note.as_str()).ok_or(LACKING)?.as_bytes()),
        None => Err(LACKING),
    }
}

fn ends_with_columns(header: &str) -> bool {
    header.trim_end().replace('"', "").ends_with(COLUMNS)
}

/// Every row says the same.
fn in_table(rows: &str) -> Result<Anchor, Malformed> {
    let mut said: Option<(u64, Hash)> = None;
    for (index, row) in rows.lines().enumerate().filter(|(_, row)| !row.trim().is_empty()) {
        let line = index + 2;
        let mut cells = row.trim_end().rsplit(',').map(|cell| cell.trim_matches('"'));
        let (root, size) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        if root.is_empty() && size.is_empty() {
            return Err(UNSIGNED_YET);
        }
        // Before what a spreadsheet would take for a formula stands an apostrophe.
        let own = number(size).zip(base64::decode_hash(root.trim_start_matches('\''))).ok_or_else(|| {
            Malformed::at_line(line, "its last two columns are not a number of entries and a root in base64")
        })?;
        if said.is_some_and(|said| said != own) {
            return Err(Malformed::at_line(
                line,
                "it says another size or root of the log than the rows before it",
            ));
        }
        said = Some(own);
    }
    let (size, root) =
        said.ok_or(Malformed::new("it is a table without a row, so it does not say how the log stood"))?;
    Ok(Anchor::Unsigned(size, root))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

    fn refused(document: &str) -> String {
        Anchor::parse(document.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_table_says_size_and_root_whoever_saved_it() {
        for table in [
            format!("as_of,cases,log_size,log_root\r\n2026-03-01,3,7,{ROOT}\r\n2026-03-01,2,7,{ROOT}\r\n"),
            format!(
                "\u{feff}\"as_of\",\"cases\",\"log_size\",\"log_root\"\n\"a, b\",\"3\",\"7\",\"{ROOT}\"\n\n"
            ),
        ] {
            let anchor = Anchor::parse(table.as_bytes()).unwrap();
            assert_eq!((anchor.size(), base64::encode(anchor.root())), (7, ROOT.to_owned()));
        }
        let plus = ROOT.replacen('C', "+", 1);
        let anchor = Anchor::parse(format!("a,log_size,log_root\n1,7,'{plus}\n").as_bytes()).unwrap();
        assert_eq!(base64::encode(anchor.root()), plus);
    }

    #[test]
    fn what_bears_no_checkpoint_is_told_as_what_it_is() {
        for (document, told) in [
            ("{\"log\":null}".to_owned(), "before the log was first signed"),
            ("{\"rows\":[]}".to_owned(), "without the member `checkpoint` in `log`"),
            ("{\"log\":{\"size\":7}}".to_owned(), "without the member `checkpoint` in `log`"),
            ("{\"log\":".to_owned(), "begins as JSON, and is none"),
            ("{\"log\":{\"checkpoint\":\"nothing\"}}".to_owned(), "a signed note has an empty line"),
            ("cases,log_size,log_root\n".to_owned(), "a table without a row"),
            ("cases,log_size,log_root\n3,,\n".to_owned(), "before the log was first signed"),
            ("cases,log_size,log_root\n3,7,none\n".to_owned(), "line 2: its last two columns"),
            (format!("log_size,log_root\n7,{ROOT}\n8,{ROOT}\n"), "line 3: it says another size"),
            ("cases\n3\n".to_owned(), "a signed note has an empty line"),
        ] {
            assert!(refused(&document).contains(told), "{document}: {}", refused(&document));
        }
    }
}
