//! From a JSON value to a type, with errors that are made only of what was expected.
//!
//! The errors of `serde_json` quote what they found ("invalid type: string \"..\""); that may be a name.

use std::fmt;

use serde::de::value::{BorrowedStrDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Expected, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

const OBJECT: &str = "must be a JSON object";

/// What was expected; nothing of what was found.
#[derive(Debug)]
pub(super) struct Mismatch {
    /// What would be right.
    pub(super) detail: String,
    /// The field that is missing in the object at fault.
    pub(super) missing: Option<&'static str>,
}

impl Mismatch {
    fn new(detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), missing: None }
    }

    fn expected(expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        Self::new(match expected.as_str() {
            "a sequence" => "must be a JSON array".to_owned(),
            "i16" | "i32" | "i64" | "u16" | "u32" | "u64" => format!("must be a whole number ({expected})"),
            _ => format!("must be {expected}"),
        })
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.detail)
    }
}

impl std::error::Error for Mismatch {}

impl serde::de::Error for Mismatch {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(expected)
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(expected)
    }

    fn missing_field(field: &'static str) -> Self {
        Self { detail: "this field is required".into(), missing: Some(field) }
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(match expected {
            [] => "no such field; there are none here".to_owned(),
            _ => format!("no such field; the fields here are {}", expected.join(", ")),
        })
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("must be one of {}", expected.join(", ")))
    }
}

/// Reads a JSON value; its errors are [`Mismatch`].
pub(super) struct Quiet<'de>(pub(super) &'de Value);

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
                _ => Err(Mismatch::new("must be a smaller number")),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => visitor.visit_seq(SeqDeserializer::new(items.iter().map(Quiet))),
            Value::Object(members) => visitor.visit_map(MapDeserializer::new(
                members.iter().map(|(name, value)| (name.as_str(), Quiet(value))),
            )),
        }
    }

    /// `serde` takes an array for a struct, its items for the fields in their order. Whoever sends one
    /// would write fields that no name says, and with `[]` none of those that they think they wrote.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        if self.0.is_object() { self.deserialize_any(visitor) } else { Err(Mismatch::new(OBJECT)) }
    }

    /// A code; no enum here carries anything.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        let code = self.0.as_str().ok_or_else(|| Mismatch::new("must be a string"))?;
        visitor.visit_enum(BorrowedStrDeserializer::new(code))
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
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Mismatch> for Quiet<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
