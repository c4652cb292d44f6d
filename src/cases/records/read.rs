//! From JSON to a record, with errors that name the place and never repeat the content.
//!
//! The errors of `serde_json` quote what they found ("invalid type: string \"..\""); that may be a name.
//! So records are read through the deserializer below, whose errors are made only of what was expected.

use std::fmt;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Expected, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use crate::error::Fault;
use crate::http::body::pointer;

use super::Record;

/// Reads what a client sent: the format of each field, then the rules between them.
pub fn from_client<R: Record>(value: &Value) -> Result<R, Vec<Fault>> {
    let record: R = from_value(value).map_err(|fault| vec![fault])?;
    let faults = record.check();
    if faults.is_empty() { Ok(record) } else { Err(faults) }
}

/// Reads what was stored. The rules are not asked again: they may have changed since, and a record
/// must always open.
pub fn from_stored<R: Record>(json: &[u8]) -> Result<R, Fault> {
    let value: Wiped = serde_json::from_slice(json).map(Wiped).map_err(|error| Fault {
        pointer: String::new(),
        detail: format!("not JSON at byte {}", error.column()),
    })?;
    from_value(&value.0)
}

/// Reads any type; the fault says what was expected there.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, Fault> {
    serde_path_to_error::deserialize(Quiet(value)).map_err(|error| {
        let pointer = pointer(error.path());
        Fault { pointer, detail: error.into_inner().0 }
    })
}

/// A JSON value whose texts are wiped when it is dropped.
pub(super) struct Wiped(pub(super) Value);

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

/// What was expected; nothing of what was found.
#[derive(Debug)]
struct Mismatch(String);

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Mismatch {}

impl Mismatch {
    fn expected(expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        Self(if expected.starts_with("struct ") {
            "must be a JSON object".into()
        } else {
            format!("must be {expected}")
        })
    }
}

impl serde::de::Error for Mismatch {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(expected)
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(expected)
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self(format!("no such field; the fields here are {}", expected.join(", ")))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self(format!("must be one of {}", expected.join(", ")))
    }
}

/// Reads a JSON value; its errors are [`Mismatch`].
struct Quiet<'de>(&'de Value);

impl<'de> Deserializer<'de> for Quiet<'de> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), _, _) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (_, _, Some(number)) => visitor.visit_f64(number),
                _ => Err(Mismatch("must be a smaller number".into())),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => visitor.visit_seq(SeqDeserializer::new(items.iter().map(Quiet))),
            Value::Object(members) => visitor.visit_map(MapDeserializer::new(
                members.iter().map(|(name, value)| (name.as_str(), Quiet(value))),
            )),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Mismatch> for Quiet<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
