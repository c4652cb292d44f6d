//! Usernames: pseudonyms, so that the database holds no name of a helper.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

use crate::db::types::text_column;

const SHORTEST: usize = 3;
const LONGEST: usize = 40;

/// 3 to 40 of `a-z`, `0-9`, `.`, `_`, `-`: no two usernames look alike.
#[derive(Clone, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct Username(String);

impl Username {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Username {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        if (SHORTEST..=LONGEST).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(
                "a username has 3 to 40 of the characters a-z, 0-9, dot, underscore and hyphen; choose a pseudonym",
            )
        }
    }
}

text_column!(Username);

impl utoipa::PartialSchema for Username {
    fn schema() -> utoipa::openapi::RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A pseudonym, never a person's name."))
            .pattern(Some("^[a-z0-9._-]{3,40}$"))
            .examples(["heron"])
            .into()
    }
}
impl utoipa::ToSchema for Username {}

#[cfg(test)]
mod tests {
    use super::Username;

    #[test]
    fn only_plain_small_letters_digits_and_three_marks() {
        for good in ["abc", "heron", "night.heron-2_b", &"a".repeat(40)] {
            assert!(good.parse::<Username>().is_ok(), "{good}");
        }
        for bad in ["", "ab", "Heron", "he ron", "héron", "heron\n", "김철수", &"a".repeat(41)] {
            assert!(bad.parse::<Username>().is_err(), "{bad}");
        }
    }
}
