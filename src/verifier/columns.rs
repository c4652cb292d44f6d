//! What the database repeats beside an entry, against the entry itself.

use serde::Serialize;
use serde_json::Value;

use super::entry::Entry;

/// A line of `columns/`, in the order of canonical JSON.
#[derive(Serialize)]
struct Columns<'a> {
    action: Option<&'a str>,
    actor: Option<&'a str>,
    case: Option<&'a str>,
    id: Option<&'a str>,
    outcome: Option<&'a str>,
    position: u64,
    recorded_at: Option<&'a str>,
    subject: Option<&'a str>,
}

/// Says how the line differs from what the entry at this position must have beside it.
pub(super) fn difference(line: &[u8], entry: &Entry, position: u64) -> Option<String> {
    let right = Columns {
        action: entry.text("action"),
        actor: entry.text("actor"),
        case: entry.text("case"),
        id: entry.text("id"),
        outcome: entry.text("outcome"),
        position,
        recorded_at: entry.text("at"),
        subject: entry.text("subject"),
    };
    let right = serde_json_canonicalizer::to_vec(&right).unwrap_or_default();
    if line == right {
        return None;
    }
    let (Ok(Value::Object(found)), Ok(Value::Object(right))) =
        (serde_json::from_slice(line), serde_json::from_slice(&right))
    else {
        return Some("the line of columns is not a JSON object".to_owned());
    };
    let wrong: Vec<&str> = right
        .iter()
        .filter(|(name, value)| found.get(*name) != Some(value))
        .map(|(name, _)| name.as_str())
        .collect();
    Some(if wrong.is_empty() {
        "the line of columns is not canonical, or has more than the columns there are".to_owned()
    } else {
        format!("not as in the entry: {}", wrong.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = r#"{"action":"case.read","at":"2006-08-01T09:00:00.000000Z","id":"014z8wfh4g0000000000000001","outcome":"done","permission":"case.read","request":"0k5w8z0v4n9qx2c7m1b6t8r4ye","subject":"é\u000f","v":1}"#;
    const LINE: &str = r#"{"action":"case.read","actor":null,"case":null,"id":"014z8wfh4g0000000000000001","outcome":"done","position":7,"recorded_at":"2006-08-01T09:00:00.000000Z","subject":"é\u000f"}"#;

    fn told(line: &str) -> Option<String> {
        difference(line.as_bytes(), &Entry::read(ENTRY.as_bytes()).unwrap(), 7)
    }

    #[test]
    fn the_columns_that_differ_are_named() {
        assert_eq!(told(LINE), None);
        let edited = LINE.replace("done", "refused").replace(":7", ":8");
        assert_eq!(told(&edited).unwrap(), "not as in the entry: outcome, position");
        let moved = LINE.replace(r#""case":null,"#, "");
        assert_eq!(told(&moved).unwrap(), "not as in the entry: case");
        assert!(told(&LINE.replace('{', "{ ")).unwrap().contains("not canonical"));
        assert!(told("{").unwrap().contains("not a JSON object"));
    }
}
