//! Languages by their code in ISO 639-3.

use serde::de::{Deserialize, Deserializer, Error};
use serde::{Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use super::text::read_text;

/// A language as its three letters in ISO 639-3, `kor` or `cmn`.
///
/// Only the form is checked. The standard has nearly eight thousand codes and changes every year, and
/// a network meets languages that nobody foresaw.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Language([u8; 3]);

impl Language {
    /// Reads three lower-case letters.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        <[u8; 3]>::try_from(text.as_bytes())
            .ok()
            .filter(|letters| letters.iter().all(u8::is_ascii_lowercase))
            .map(Self)
            .ok_or("must be the three lower-case letters of a language in ISO 639-3, such as kor")
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = read_text(deserializer, "the code of a language")?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

impl PartialSchema for Language {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::String))
            .description(Some("A language, ISO 639-3"))
            .pattern(Some("^[a-z]{3}$"))
            .examples(["kor"])
            .into()
    }
}
impl ToSchema for Language {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_three_lower_case_letters() {
        assert!(Language::parse("kor").is_ok());
        for text in ["", "ko", "KOR", "kore", "k0r", "한"] {
            assert!(Language::parse(text).is_err(), "{text}");
        }
    }
}
