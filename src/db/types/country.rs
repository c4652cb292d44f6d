//! Countries by their ISO 3166-1 alpha-3 code, checked against the whole official list.
//!
//! UNHCR's own letters differ for half the world (`KRN` is its PRK, `AUS` its Austria) and are never
//! taken. The names are in `country/names.rs`.

mod names;

use super::{CodeList, text_column};
use names::NAMES;

/// A country or territory, such as `PRK`. One byte: its place in the official list.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct Country(u8);

impl Country {
    /// The code as stored and sent.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        NAMES[usize::from(self.0)].0
    }

    /// The English short name.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES[usize::from(self.0)].1
    }

    const ALL: [Self; NAMES.len()] = {
        let mut all = [Self(0); NAMES.len()];
        let mut place = 0_u8;
        while (place as usize) < NAMES.len() {
            all[place as usize] = Self(place);
            place += 1;
        }
        all
    };
}

/// The text is no officially assigned code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a country is an upper-case code of ISO 3166-1 alpha-3, such as PRK")]
pub struct NoCountry;

impl std::str::FromStr for Country {
    type Err = NoCountry;

    fn from_str(text: &str) -> Result<Self, NoCountry> {
        let place = NAMES.binary_search_by_key(&text, |(code, _)| code).map_err(|_| NoCountry)?;
        u8::try_from(place).map(Self).map_err(|_| NoCountry)
    }
}

impl CodeList for Country {
    const NAME: &'static str = "countries";
    const SOURCE: &'static str = "ISO 3166-1 alpha-3";

    fn all() -> &'static [Self] {
        &Self::ALL
    }

    fn code(self) -> &'static str {
        self.as_str()
    }

    fn label(self) -> &'static str {
        self.name()
    }
}

impl std::fmt::Debug for Country {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Country({})", self.as_str())
    }
}

text_column!(Country);

impl utoipa::PartialSchema for Country {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("A country: ISO 3166-1 alpha-3. The code list `countries` has them all."))
            .pattern(Some("^[A-Z]{3}$"))
            .examples(["PRK"])
            .into()
    }
}
impl utoipa::ToSchema for Country {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_the_order_that_bisection_needs() {
        assert!(NAMES.is_sorted_by(|(left, _), (right, _)| left < right));
        assert!(NAMES.iter().all(|(code, name)| code.len() == 3 && !name.is_empty()));
    }

    #[test]
    fn every_code_parses_to_itself() {
        assert_eq!(Country::all().len(), 249);
        for country in Country::all() {
            assert_eq!(country.as_str().parse(), Ok(*country));
        }
    }

    #[test]
    fn the_codes_of_the_routes_have_their_names() {
        for (code, name) in [
            ("PRK", "Democratic People's Republic of Korea"),
            ("KOR", "Republic of Korea"),
            ("CHN", "China"),
            ("MNG", "Mongolia"),
            ("THA", "Thailand"),
            ("VNM", "Viet Nam"),
        ] {
            assert_eq!(code.parse::<Country>().unwrap().label(), name);
        }
    }

    #[test]
    fn letters_of_unhcr_other_codes_and_other_forms_are_refused() {
        for text in ["KRN", "XXA", "XXX", "ZZZ", "prk", "KP", "", "PRK ", "408", "한국어"] {
            assert_eq!(text.parse::<Country>(), Err(NoCountry), "{text}");
        }
    }

    #[test]
    fn json_carries_the_code_and_its_error_says_what_would_be_right() {
        let country: Country = serde_json::from_str(r#""PRK""#).unwrap();
        assert_eq!(serde_json::to_string(&country).unwrap(), r#""PRK""#);
        let refused = serde_json::from_str::<Country>(r#""KRN""#).unwrap_err().to_string();
        assert!(refused.contains("ISO 3166-1 alpha-3, such as PRK"), "{refused}");
        assert!(!refused.contains("KRN"), "{refused}");
    }
}
