//! A moment in UTC, stored as microseconds since 1970 in both databases.
//!
//! A number orders, compares and indexes alike everywhere; a text or `timestamptz` column would
//! differ between the two in precision and in form.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::BigInt;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Day;

const FORM: &str = "a moment is one of the years 1850 to 2149, written as in RFC 3339: 2026-01-31T18:30:00Z";

/// A moment; RFC 3339 with microseconds and `Z` outside the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From a `chrono` moment; what is finer than a microsecond is cut.
    #[must_use]
    pub fn from_utc(moment: DateTime<Utc>) -> Self {
        Self(moment.timestamp_micros())
    }

    /// From microseconds since 1970.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Seconds since 1970, as JWT wants them.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The same moment for `chrono`.
    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }

    /// The day in UTC.
    #[must_use]
    pub fn date(self) -> Day {
        Day::nearest(self.to_utc().date_naive())
    }

    /// Later by `delta`, saturating.
    #[must_use]
    pub fn plus(self, delta: TimeDelta) -> Self {
        Self(self.0.saturating_add(delta.num_microseconds().unwrap_or(i64::MAX)))
    }

    /// When the day (UTC) began that it is in.
    #[must_use]
    pub fn start_of_day(self) -> Self {
        Self(self.0 - self.0.rem_euclid(86_400_000_000))
    }

    /// How long since `earlier`.
    #[must_use]
    pub fn since(self, earlier: Self) -> TimeDelta {
        TimeDelta::microseconds(self.0.saturating_sub(earlier.0))
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_utc().to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl std::str::FromStr for Timestamp {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // `chrono` takes a blank for the `T`, and the mathematical minus sign.
        if !text.is_ascii() || text.contains(' ') {
            return Err(FORM);
        }
        let moment = DateTime::parse_from_rfc3339(text).map_err(|_| FORM)?.to_utc();
        Day::from_chrono(moment.date_naive()).map(|_| Self::from_utc(moment)).ok_or(FORM)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl<DB> ToSql<BigInt, DB> for Timestamp
where
    DB: Backend,
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB> FromSql<BigInt, DB> for Timestamp
where
    DB: Backend,
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i64::from_sql(bytes).map(Self)
    }
}

impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::schema::SchemaFormat::KnownFormat(
                utoipa::openapi::schema::KnownFormat::DateTime,
            )))
            .description(Some("A moment in UTC, RFC 3339 with microseconds."))
            .examples(["2026-01-31T18:30:00.000000Z"])
            .into()
    }
}
impl utoipa::ToSchema for Timestamp {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_the_rfc_has_it() {
        for (text, utc) in [
            ("2026-01-31T18:30:00Z", "2026-01-31T18:30:00.000000Z"),
            ("2026-01-31t18:30:00.1234567z", "2026-01-31T18:30:00.123456Z"),
            ("2026-01-31T18:30:00+09:00", "2026-01-31T09:30:00.000000Z"),
            ("2149-12-31T23:59:59Z", "2149-12-31T23:59:59.000000Z"),
        ] {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), utc);
        }
        for text in [
            "2026-01-31",
            "2026-01-31 18:30:00Z",
            " 2026-01-31T18:30:00Z",
            "2026-01-31T18:30:00",
            "2026-01-31T18:30:00Z ",
            "2026-01-31T18:30:00 Z",
            "2026-01-31T18:30Z",
            "2026-1-31T18:30:00Z",
            "2026-01-31T18:30:00\u{2212}01:00",
            "2026-01-31T18:30:00+0900",
            "2026-02-30T18:30:00Z",
            "0001-01-01T00:00:00Z",
            "1850-01-01T00:00:00+14:00",
            "2149-12-31T23:00:00-02:00",
            "-2026-01-31T18:30:00Z",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }
}
