//! Dates as people remember them: to the day, the month or the year.
//!
//! Neither type can be printed (no `Debug`, no `Display`): a birth date is sealed.

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use super::text::read_text;
use crate::db::types::{Day, FIRST_YEAR, LAST_YEAR, digits};

const DATE_FORM: &str =
    "must be a date that exists, of the years 1850 to 2149, as YYYY-MM-DD, YYYY-MM or YYYY";
const YEAR_FORM: &str = "a whole number from 1850 to 2149";

/// How much of a date is known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// The year only.
    Year,
    /// Year and month.
    Month,
    /// The day.
    Day,
}

/// A date of reduced precision as in ISO 8601: `2004`, `2004-03` or `2004-03-15`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PartialDate {
    first: Day,
    precision: Precision,
}

impl PartialDate {
    /// Reads one of the three forms.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        Self::from_text(text).ok_or(DATE_FORM)
    }

    fn from_text(text: &str) -> Option<Self> {
        let precision = match text.len() {
            4 => Precision::Year,
            7 => Precision::Month,
            10 => Precision::Day,
            _ => return None,
        };
        let mut parts = text.split('-');
        let year = digits(parts.next()?, 4)?;
        let month = parts.next().map_or(Some(1), |part| digits(part, 2))?;
        let day = parts.next().map_or(Some(1), |part| digits(part, 2))?;
        let first = Day::new(year, month, day).filter(|_| parts.next().is_none())?;
        Some(Self { first, precision })
    }

    /// How much of it is known.
    #[must_use]
    pub const fn precision(self) -> Precision {
        self.precision
    }

    /// The first day that it may mean.
    #[must_use]
    pub const fn earliest(self) -> Day {
        self.first
    }

    /// The last day that it may mean.
    #[must_use]
    pub fn latest(self) -> Day {
        match self.precision {
            Precision::Day => self.first,
            Precision::Month => self.first.last_of_month(),
            Precision::Year => self.first.last_of_year(),
        }
    }

    /// Every day that it may mean lies before every day that `other` may mean; `2004` is not before
    /// `2004-03`.
    #[must_use]
    pub fn is_surely_before(self, other: Self) -> bool {
        self.latest() < other.earliest()
    }

    fn text(self) -> String {
        let mut text = self.first.to_string();
        text.truncate(match self.precision {
            Precision::Year => 4,
            Precision::Month => 7,
            Precision::Day => 10,
        });
        text
    }
}

impl Serialize for PartialDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for PartialDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = read_text(deserializer, "a date as YYYY-MM-DD, YYYY-MM or YYYY")?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

impl PartialSchema for PartialDate {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::String))
            .description(Some("A date as far as it is known: the day, the month or the year"))
            .pattern(Some("^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"))
            .examples(["2004-03-15", "2004-03", "2004"])
            .into()
    }
}
impl ToSchema for PartialDate {}

/// A year, 1850 to 2149.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Year(u16);

impl Year {
    /// A year in the range.
    #[must_use]
    pub fn new(year: u64) -> Option<Self> {
        let year = u16::try_from(year).ok()?;
        (FIRST_YEAR..=LAST_YEAR).contains(&year).then_some(Self(year))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl Serialize for Year {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.0)
    }
}

impl<'de> Deserialize<'de> for Year {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;

        impl Visitor<'_> for Number {
            type Value = Year;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(YEAR_FORM)
            }

            fn visit_u64<E: Error>(self, year: u64) -> Result<Self::Value, E> {
                Year::new(year).ok_or_else(|| E::custom(format_args!("must be {YEAR_FORM}")))
            }
        }

        deserializer.deserialize_u64(Number)
    }
}

impl PartialSchema for Year {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::Integer))
            .description(Some("A year"))
            .minimum(Some(FIRST_YEAR))
            .maximum(Some(LAST_YEAR))
            .into()
    }
}
impl ToSchema for Year {}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> PartialDate {
        PartialDate::parse(text).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn a_date_keeps_its_precision() {
        for text in ["2004", "2004-03", "2004-02-29", "1850", "2149-12-31"] {
            assert_eq!(date(text).text(), text);
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "04",
            "2004-3",
            "2004-13",
            "2003-02-29",
            "2004/03",
            "+200-03",
            "1849",
            "2150",
            "2004-03-15-",
            "2004-03-1五",
            "20040315",
        ] {
            assert!(PartialDate::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_what_must_lie_before_is_before() {
        assert!(date("2003").is_surely_before(date("2004-01-01")));
        assert!(!date("2004").is_surely_before(date("2004-03")));
        assert!(!date("2004-03").is_surely_before(date("2004-03-31")));
        assert!(date("2004-02").is_surely_before(date("2004-03")));
        assert_eq!(date("2004-02").latest(), date("2004-02-29").earliest());
    }
}
