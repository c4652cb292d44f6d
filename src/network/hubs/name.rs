//! Names of hubs.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use unicode_normalization::UnicodeNormalization as _;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

use crate::db::types::{is_invisible, text_column};

const LONGEST: usize = 80;

/// One line of 1 to 80 visible characters, NFC, without spaces around it.
#[derive(Clone, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct HubName(String);

impl HubName {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for HubName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name: String = text.trim().nfc().collect();
        if name.is_empty() || name.chars().count() > LONGEST || name.chars().any(is_invisible) {
            return Err("a hub's name is one line of 1 to 80 visible characters");
        }
        Ok(Self(name))
    }
}

text_column!(HubName);

impl utoipa::PartialSchema for HubName {
    fn schema() -> utoipa::openapi::RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A name within the network: one line."))
            .min_length(Some(1))
            .max_length(Some(LONGEST))
            .examples(["River office"])
            .into()
    }
}
impl utoipa::ToSchema for HubName {}

#[cfg(test)]
mod tests {
    use super::HubName;

    #[test]
    fn a_name_is_composed_trimmed_and_bounded() {
        let composed: HubName = " Cafe\u{301} ".parse().unwrap();
        assert_eq!(composed.as_str(), "Café");
        for bad in
            ["", "  ", "two\nlines", "River\u{200b}", "River\u{202e}eciffo", "a\u{a0}b", &"x".repeat(81)]
        {
            assert!(bad.parse::<HubName>().is_err());
        }
    }
}
