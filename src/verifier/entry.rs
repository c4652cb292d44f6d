//! What an entry must be, read from its bytes alone.

use chrono::{DateTime, NaiveDateTime};
use serde_json::{Map, Value};

use super::findings::Code;

/// What the other checks ask of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    members: Map<String, Value>,
    /// Its id as the number that it writes.
    pub id: u128,
    /// Its moment, in microseconds since 1970.
    pub at: i64,
}

/// What is wrong with an entry, and of which kind that is.
pub(super) type Fault = (Code, String);

impl Entry {
    /// Reads the bytes.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let value: Value = serde_json::from_slice(bytes)
            .map_err(|_| (Code::EntryMalformed, "the entry is not JSON".to_owned()))?;
        let Value::Object(members) = &value else {
            return Err((Code::EntryMalformed, "the entry is not a JSON object".to_owned()));
        };
        let version = match members.get("v") {
            Some(Value::Number(version)) => version.as_u64().filter(|version| (1..=NEWEST).contains(version)),
            _ => return Err(malformed("`v` is missing or no number")),
        };
        let Some(version) = version else {
            return Err((Code::EntryVersion, "the entry is of a version that is not known here".to_owned()));
        };
        if serde_json_canonicalizer::to_vec(&value).ok().as_deref() != Some(bytes) {
            return Err((
                Code::EntryNotCanonical,
                "the bytes of the entry are not canonical JSON".to_owned(),
            ));
        }
        let Value::Object(members) = value else { return Err(malformed("the entry is not a JSON object")) };
        check(&members, version, &MEMBERS)?;
        let text = |name| members.get(name).and_then(Value::as_str).unwrap_or_default();
        let id = id_number(text("id")).ok_or_else(|| malformed("`id` is no id"))?;
        let at = moment(text("at")).ok_or_else(|| malformed("`at` is no moment"))?;
        Ok(Self { members, id, at })
    }

    /// A member that is a text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name).and_then(Value::as_str)
    }

    /// A text of the details.
    pub(super) fn detail(&self, name: &str) -> Option<&str> {
        self.members.get("details")?.get(name)?.as_str()
    }

    /// Whether it says that this action was done.
    pub(super) fn tells(&self, action: &str) -> bool {
        self.text("action") == Some(action) && self.text("outcome") == Some("done")
    }
}

/// What a member holds.
#[derive(Clone, Copy)]
enum Form {
    Id,
    Ids,
    Text,
    Texts,
    Action,
    Moment,
    Outcome,
    Details,
    Sealed,
    Version,
}

/// The newest version of an entry that is known.
const NEWEST: u64 = 1;

/// A member: its name, since which version it is one, whether it must be there then, and what it holds.
type Member = (&'static str, u64, bool, Form);

/// Every member there has been.
const MEMBERS: [Member; 19] = [
    ("action", 1, true, Form::Action),
    ("actor", 1, false, Form::Id),
    ("at", 1, true, Form::Moment),
    ("case", 1, false, Form::Id),
    ("case_asked_for", 1, false, Form::Text),
    ("cases", 1, false, Form::Ids),
    ("code", 1, false, Form::Text),
    ("details", 1, false, Form::Details),
    ("fields", 1, false, Form::Texts),
    ("groups", 1, false, Form::Texts),
    ("id", 1, true, Form::Id),
    ("outcome", 1, true, Form::Outcome),
    ("permission", 1, true, Form::Text),
    ("request", 1, true, Form::Id),
    ("role", 1, false, Form::Text),
    ("sealed", 1, false, Form::Sealed),
    ("session", 1, false, Form::Id),
    ("subject", 1, false, Form::Text),
    ("v", 1, true, Form::Version),
];

/// Holds the members to what entries of this version have.
fn check(members: &Map<String, Value>, version: u64, known: &[Member]) -> Result<(), Fault> {
    let of_version = || known.iter().filter(|(_, since, ..)| *since <= version);
    for (name, _, needed, form) in of_version() {
        match members.get(*name) {
            None if *needed => return Err(malformed(&format!("`{name}` is missing"))),
            None => {}
            Some(value) if form.holds(value) => {}
            Some(_) => return Err(malformed(&format!("`{name}` does not hold what it should"))),
        }
    }
    if members.keys().any(|name| of_version().all(|(known, ..)| known != name)) {
        return Err(malformed(&format!("it has a member that entries of version {version} do not have")));
    }
    Ok(())
}

fn malformed(what: &str) -> Fault {
    (Code::EntryMalformed, what.to_owned())
}

impl Form {
    fn holds(self, value: &Value) -> bool {
        let text = value.as_str();
        match self {
            Self::Id => text.is_some_and(is_id),
            Self::Ids => is_list_of(value, |value| value.as_str().is_some_and(is_id)),
            Self::Text => text.is_some(),
            Self::Texts => is_list_of(value, Value::is_string),
            Self::Action => text.is_some_and(is_action),
            Self::Moment => text.is_some_and(|text| moment(text).is_some()),
            Self::Outcome => text.is_some_and(|text| ["done", "refused", "failed"].contains(&text)),
            Self::Details => value
                .as_object()
                .is_some_and(|details| !details.is_empty() && details.values().all(Value::is_string)),
            Self::Sealed => is_list_of(value, is_sealed_write),
            Self::Version => true,
        }
    }
}

fn is_list_of(value: &Value, holds: impl Fn(&Value) -> bool) -> bool {
    value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(holds))
}

/// Whether a text is an id.
pub(super) fn is_id(text: &str) -> bool {
    id_number(text).is_some()
}

/// Two words of `a-z` and `_` with a dot between them.
fn is_action(text: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    text.split_once('.').is_some_and(|(subject, verb)| word(subject) && word(verb))
}

fn is_sealed_write(value: &Value) -> bool {
    let Some(write) = value.as_object() else { return false };
    let text = |name: &str| write.get(name).and_then(Value::as_str);
    let is_hash =
        |text: &str| text.len() == 64 && text.bytes().all(|byte| b"0123456789abcdef".contains(&byte));
    write.len() == 4
        && ["column", "row", "table"].iter().all(|name| text(name).is_some())
        && text("sha256").is_some_and(is_hash)
}

/// An id is 128 bits in 26 characters of lower-case Crockford base32.
fn id_number(text: &str) -> Option<u128> {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    if text.len() != 26 || text.as_bytes()[0] > b'7' {
        return None;
    }
    text.bytes().try_fold(0_u128, |number, byte| {
        let digit = ALPHABET.iter().position(|known| *known == byte)?;
        Some(number << 5 | digit as u128)
    })
}

/// RFC 3339 with six digits of the second and `Z`; there is one way to write each moment.
fn moment(text: &str) -> Option<i64> {
    const FORM: &str = "%Y-%m-%dT%H:%M:%S%.6fZ";
    let micros = NaiveDateTime::parse_from_str(text, FORM).ok()?.and_utc().timestamp_micros();
    // Written again from the number alone: a 61st second would come out as another moment.
    let again = DateTime::from_timestamp_micros(micros)?.format(FORM).to_string();
    (again == text).then_some(micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"action":"case.read","at":"2006-08-01T09:00:00.000000Z","id":"014z8wfh4g0000000000000001","outcome":"done","permission":"case.read","request":"0k5w8z0v4n9qx2c7m1b6t8r4ye","v":1}"#;

    fn fault(entry: &str) -> Fault {
        Entry::read(entry.as_bytes()).unwrap_err()
    }

    fn with(member: &str) -> String {
        let mut value: Value = serde_json::from_str(GOOD).unwrap();
        let more: Value = serde_json::from_str(&format!("{{{member}}}")).unwrap();
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json_canonicalizer::to_string(&value).unwrap()
    }

    #[test]
    fn an_entry_tells_its_number_and_its_moment() {
        let entry = Entry::read(GOOD.as_bytes()).unwrap();
        assert_eq!(entry.at, 1_154_422_800_000_000);
        assert!(entry.tells("case.read") && !entry.tells("case.list"));
        assert_eq!(id_number("7zzzzzzzzzzzzzzzzzzzzzzzzz"), Some(u128::MAX));
    }

    #[test]
    fn each_member_is_held_to_its_form() {
        let good = [
            r#""case":"014z8wfh4g0000000000000001""#,
            r#""cases":["014z8wfh4g0000000000000001"]"#,
            r#""details":{"stage":"transit"}"#,
            r#""sealed":[{"column":"c","row":"r","sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","table":"t"}]"#,
        ];
        for member in good {
            assert!(Entry::read(with(member).as_bytes()).is_ok(), "{member}");
        }
        for member in [
            r#""action":"case""#,
            r#""action":"case.Read""#,
            r#""actor":"somebody""#,
            r#""actor":"814z8wfh4g0000000000000001""#,
            r#""at":"2006-08-01T09:00:00Z""#,
            r#""at":"2006-02-30T09:00:00.000000Z""#,
            r#""at":"2006-08-01T09:00:60.000000Z""#,
            r#""case":null"#,
            r#""cases":[]"#,
            r#""code":7"#,
            r#""details":{}"#,
            r#""details":{"a":1}"#,
            r#""fields":"a""#,
            r#""outcome":"well""#,
            r#""sealed":[{"column":"c","row":"r","sha256":"00","table":"t"}]"#,
            r#""note":"more""#,
        ] {
            assert_eq!(fault(&with(member)).0, Code::EntryMalformed, "{member}");
        }
        let without = GOOD.replace(r#""outcome":"done","#, "");
        assert_eq!(fault(&without), (Code::EntryMalformed, "`outcome` is missing".to_owned()));
        for entry in ["", "[]", "{}", "{\"v\":\"1\"}", "\u{fffd}", &"[".repeat(60_000)] {
            assert_eq!(fault(entry).0, Code::EntryMalformed);
        }
    }

    #[test]
    fn another_form_of_the_same_is_not_canonical() {
        for entry in [
            GOOD.replace("{\"action", "{ \"action"),
            GOOD.replace(r#""v":1"#, r#""v":1,"v":1"#),
            GOOD.replace("case.read\",\"r", "case.re\\u0061d\",\"r"),
            format!("{GOOD}\n"),
        ] {
            assert_eq!(fault(&entry).0, Code::EntryNotCanonical, "{entry}");
        }
    }

    #[test]
    fn a_member_of_a_later_version_is_none_of_an_earlier() {
        let Value::Object(members) = serde_json::from_str(&with(r#""more":"text""#)).unwrap() else {
            panic!()
        };
        let known = [MEMBERS.as_slice(), &[("more", 2, true, Form::Text)]].concat();
        assert!(check(&members, 2, &known).is_ok());
        assert_eq!(
            check(&members, 1, &known).unwrap_err().1,
            "it has a member that entries of version 1 do not have"
        );
        let Value::Object(without) = serde_json::from_str(GOOD).unwrap() else { panic!() };
        assert!(check(&without, 1, &known).is_ok());
        assert_eq!(check(&without, 2, &known).unwrap_err().1, "`more` is missing");
    }

    #[test]
    fn another_version_asks_for_another_verifier() {
        assert_eq!(fault(&with(r#""v":2"#)).0, Code::EntryVersion);
        for version in ["2", "0", "-1", "1.5", "18446744073709551616"] {
            assert_eq!(fault(&format!(r#"{{"v":{version}}}"#)).0, Code::EntryVersion, "{version}");
        }
    }
}
