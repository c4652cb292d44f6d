//! The name by which a shelter is spoken of. It stands for the place and must not tell where it is.

use unicode_normalization::UnicodeNormalization as _;

use crate::db::types::{is_invisible, text_column};

const LEAST: usize = 2;
const MOST: usize = 40;

/// 2 to 40 letters, digits, spaces and hyphens in Unicode's composed form (NFC), without spaces around
/// them or side by side: what is spoken alike is stored alike.
#[derive(
    Clone,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct Codename(String);

impl Codename {
    /// The name as stored and sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is no codename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a codename has 2 to 40 letters, digits, single spaces and hyphens")]
pub struct NoCodename;

impl std::str::FromStr for Codename {
    type Err = NoCodename;

    fn from_str(text: &str) -> Result<Self, NoCodename> {
        let name: String = text.nfc().collect();
        let length = name.chars().count();
        let fits = (LEAST..=MOST).contains(&length)
            && name.chars().all(is_spoken)
            && name.split(' ').all(|word| !word.is_empty());
        if fits { Ok(Self(name)) } else { Err(NoCodename) }
    }
}

/// The fillers of Hangul are letters to Unicode, and nobody says them.
fn is_spoken(character: char) -> bool {
    (character.is_alphanumeric() || matches!(character, ' ' | '-')) && !is_invisible(character)
}

text_column!(Codename);

impl utoipa::PartialSchema for Codename {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("Letters, digits, single spaces and hyphens; never what tells the place."))
            .min_length(Some(LEAST))
            .max_length(Some(MOST))
            .examples(["Larch"])
            .into()
    }
}
impl utoipa::ToSchema for Codename {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_any_script_are_taken_in_their_composed_form() {
        for name in ["Larch", "House 7", "North-Star", "소나무", "Bình Minh", "木蓮"] {
            assert_eq!(name.parse::<Codename>().unwrap().as_str(), name);
        }
        assert_eq!("e\u{301}te\u{301}".parse::<Codename>().unwrap().as_str(), "\u{e9}t\u{e9}");
    }

    #[test]
    fn what_is_too_short_too_long_or_not_spoken_is_refused() {
        let long = "a".repeat(41);
        for text in [
            "",
            "a",
            long.as_str(),
            " Larch",
            "Larch ",
            "House  7",
            "a\tb",
            "a_b",
            "12/3",
            "a\u{200b}b",
            "a\u{3164}b",
        ] {
            assert_eq!(text.parse::<Codename>(), Err(NoCodename), "{text:?}");
        }
    }

    #[test]
    fn the_refusal_does_not_repeat_the_text() {
        let refused =
            serde_json::from_str::<Codename>(r#""12 Main Street, Kunming""#).unwrap_err().to_string();
        assert!(!refused.contains("Main"), "{refused}");
    }
}
