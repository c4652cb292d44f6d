//! JSON of clients and of sealed records: from a text to a value, from a value to a type, with faults that
//! name the place and never repeat the content.

use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::quiet::Quiet;
use crate::error::{Code, Error, Fault};

/// A JSON value whose texts are wiped when it is dropped.
pub(crate) struct Wiped(pub(crate) Value);

impl Drop for Wiped {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => zeroize::Zeroize::zeroize(text),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Reads a text whose objects name each member once. Of two with one name a reader would take either, so
/// that what was checked need not be what is stored.
pub(super) fn from_text(text: &str) -> Result<Wiped, Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
    let value = Unique::First.deserialize(tracked).map(Wiped).map_err(|error| {
        if error.is_data() {
            return Error::invalid_field(pointer(&track.path()), "this field is given twice");
        }
        let (line, column) = (error.line(), error.column());
        let detail = format!("The body is not valid JSON at line {line}, column {column}.");
        Error::new(Code::MalformedRequest, detail)
    })?;
    deserializer
        .end()
        .map_err(|_| Error::new(Code::MalformedRequest, "There is something after the JSON value."))?;
    Ok(value)
}

/// Reads any type; the fault says what was expected there.
pub(crate) fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, Fault> {
    serde_path_to_error::deserialize(Quiet(value)).map_err(|error| {
        let mut pointer = pointer(error.path());
        let mismatch = error.into_inner();
        if let Some(field) = mismatch.missing {
            pointer.push('/');
            pointer.push_str(field);
        }
        Fault { pointer, detail: mismatch.detail }
    })
}

/// The path as a JSON pointer (RFC 6901), without the names that a client made up.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter().fold(String::new(), |mut pointer, segment| {
        match segment {
            Segment::Seq { index } => {
                pointer.push('/');
                pointer.push_str(&index.to_string());
            }
            Segment::Map { key } | Segment::Enum { variant: key } => {
                pointer.push('/');
                pointer.push_str(speakable(key));
            }
            Segment::Unknown => pointer.push_str("/?"),
        }
        pointer
    })
}

/// A member name may be told back only where it looks like one; anything else may be personal.
pub(super) fn speakable(name: &str) -> &str {
    let like_a_name = name.len() <= 40
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit());
    if like_a_name { name } else { "?" }
}

/// Builds a value; a member whose name was there before is refused at its place.
enum Unique {
    First,
    Again,
}

impl<'de> DeserializeSeed<'de> for Unique {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self {
            Self::First => deserializer.deserialize_any(self),
            Self::Again => Err(D::Error::custom("given twice")),
        }
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element_seed(Self::First)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let seed = if members.contains_key(&name) { Self::Again } else { Self::First };
            let value = map.next_value_seed(seed)?;
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its parsing matters")]
    struct Inner {
        beds: u32,
    }

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its parsing matters")]
    struct Outer {
        rows: Vec<Inner>,
    }

    fn fault(text: &str) -> (String, String) {
        let fault = from_value::<Outer>(&from_text(text).ok().unwrap().0).unwrap_err();
        (fault.pointer, fault.detail)
    }

    #[test]
    fn the_pointer_names_the_place_and_the_detail_no_value() {
        let told = |pointer: &str, detail: &str| (pointer.to_owned(), detail.to_owned());
        assert_eq!(
            fault(r#"{"rows":[{"beds":"Kim"}]}"#),
            told("/rows/0/beds", "must be a whole number (u32)")
        );
        assert_eq!(fault(r#"{"rows":[{}]}"#), told("/rows/0/beds", "this field is required"));
        assert_eq!(fault("{}"), told("/rows", "this field is required"));
        assert_eq!(fault(r#"{"rows":7}"#), told("/rows", "must be a JSON array"));
        let (pointer, detail) = fault(r#"{"rows":[{"beds":1,"bed":2}]}"#);
        assert_eq!(
            (pointer.as_str(), detail.as_str()),
            ("/rows/0/bed", "no such field; the fields here are beds")
        );
        assert_eq!(fault(r#"{"rows":[{"Kim Ok-sun":2}]}"#).0, "/rows/0/?");
    }

    #[test]
    fn an_array_is_no_object_at_any_depth() {
        for (text, pointer) in
            [("[]", ""), ("[[]]", ""), (r#"{"rows":[[]]}"#, "/rows/0"), (r#"{"rows":[[4]]}"#, "/rows/0")]
        {
            assert_eq!(fault(text), (pointer.to_owned(), "must be a JSON object".to_owned()), "{text}");
        }
    }

    #[test]
    fn a_member_is_named_once_at_any_depth() {
        for (text, pointer) in [
            (r#"{"rows":1,"rows":1}"#, "/rows"),
            (r#"{"rows":[{"beds":1},{"beds":1,"other":2,"beds":"Kim"}]}"#, "/rows/1/beds"),
            (r#"{"rows":1,"\u0072ows":null}"#, "/rows"),
            (r#"{"Kim":1,"Kim":1}"#, "/?"),
        ] {
            let error = from_text(text).err().unwrap();
            assert_eq!(error.code(), Code::InvalidFields);
            assert_eq!(error.faults()[0].pointer, pointer, "{text}");
        }
    }
}
