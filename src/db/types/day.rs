//! A day of the calendar, in one form: the full-date of RFC 3339.
//!
//! The years are bounded, to the same ones as in the sealed records: old enough for the birth of a great
//! grandparent, late enough for any permit, and always of four digits, so that SQLite, which keeps a day
//! as text, orders, compares and reads back whatever was taken in.

use chrono::{Datelike as _, NaiveDate};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};

/// The first year of a day or a moment.
pub const FIRST_YEAR: u16 = 1850;
/// The last year of a day or a moment.
pub const LAST_YEAR: u16 = 2149;
const FORM: &str = "a day is one that exists, of the years 1850 to 2149, written YYYY-MM-DD: 2026-01-31";

/// A day; `YYYY-MM-DD` outside the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = Date)]
pub struct Day(NaiveDate);

impl Day {
    /// The day of a calendar's three numbers, if there is one.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        Self::from_chrono(NaiveDate::from_ymd_opt(i32::from(year), month.into(), day.into())?)
    }

    /// The day of a `chrono` date, if it is of the years that there are.
    #[must_use]
    pub fn from_chrono(date: NaiveDate) -> Option<Self> {
        u16::try_from(date.year())
            .is_ok_and(|year| (FIRST_YEAR..=LAST_YEAR).contains(&year))
            .then_some(Self(date))
    }

    /// The day of a clock's date; one outside the years that there are stands at their end.
    #[must_use]
    pub fn nearest(date: NaiveDate) -> Self {
        let (first, last) = (i32::from(FIRST_YEAR), i32::from(LAST_YEAR));
        let within = NaiveDate::from_ymd_opt(first, 1, 1)
            .zip(NaiveDate::from_ymd_opt(last, 12, 31))
            .map_or(date, |(first, last)| date.clamp(first, last));
        Self(within)
    }

    /// The first day of its month.
    #[must_use]
    pub fn first_of_month(self) -> Self {
        Self(self.0.with_day(1).unwrap_or(self.0))
    }

    /// The moment at which it begins, UTC.
    #[must_use]
    pub fn midnight(self) -> super::Timestamp {
        super::Timestamp::from_utc(self.0.and_time(chrono::NaiveTime::MIN).and_utc())
    }

    /// The last day of its month.
    #[must_use]
    pub fn last_of_month(self) -> Self {
        let days = self.0.num_days_in_month();
        Self(self.0.with_day(days.into()).unwrap_or(self.0))
    }

    /// The last day of its year.
    #[must_use]
    pub fn last_of_year(self) -> Self {
        Self(NaiveDate::from_ymd_opt(self.0.year(), 12, 31).unwrap_or(self.0))
    }

    fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let year = digits(parts.next()?, 4)?;
        let month = digits(parts.next()?, 2)?;
        let day = digits(parts.next()?, 2)?;
        Self::new(year, month, day).filter(|_| parts.next().is_none())
    }

    /// The same day for `chrono`.
    #[must_use]
    pub const fn to_chrono(self) -> NaiveDate {
        self.0
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl std::str::FromStr for Day {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_text(text).ok_or(FORM)
    }
}

/// A number of so many digits: `str::parse` would take a sign.
pub(crate) fn digits<N: std::str::FromStr>(text: &str, count: usize) -> Option<N> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl<DB> ToSql<Date, DB> for Day
where
    DB: Backend,
    NaiveDate: ToSql<Date, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB> FromSql<Date, DB> for Day
where
    DB: Backend,
    NaiveDate: FromSql<Date, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Self::from_chrono(NaiveDate::from_sql(bytes)?).ok_or_else(|| FORM.into())
    }
}

impl utoipa::PartialSchema for Day {
    fn schema() -> utoipa::openapi::RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
            .description(Some("A day, RFC 3339, of the years 1850 to 2149."))
            .examples(["2026-01-31"])
            .into()
    }
}
impl utoipa::ToSchema for Day {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_survives_its_own_text() {
        for text in ["1850-01-01", "2024-02-29", "2026-04-03", "2149-12-31"] {
            assert_eq!(text.parse::<Day>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn there_is_one_way_to_write_a_day() {
        for text in [
            "",
            "1-1-1",
            " 2026-04-03",
            "2026-04-03 ",
            "2026-4-3",
            "2026-04-3 ",
            "2026-04-+3",
            "+026-04-03",
            "-026-04-03",
            "-2026-04-03",
            "+12026-04-03",
            "0000-00-00",
            "1849-12-31",
            "2150-01-01",
            "2026-02-29",
            "2026-04-31",
            "20260403",
            "2026/04/03",
            "2026-04-03T00:00:00Z",
            "２０26-04",
            "2026-04-0五",
        ] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }
}
