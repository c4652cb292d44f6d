//! Random identifiers: 128 bits in lower-case Crockford base32, 26 ASCII characters.
//!
//! Made by us before the insert, so that the audit entry can name its subject; never sequential
//! and never ordered by time, so that an id tells nothing about how many there are or since when.
//!
//! Two kinds begin with their moment all the same, as in a ULID: what is never shown without that moment
//! beside it, and is written at every request. New ones then share a page of their index, where random
//! ones would have each commit write a page for each of them.

use super::Timestamp;

/// Length of every id as text.
pub const ID_LEN: usize = 26;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Encodes 128 random bits; the last character carries three of them.
#[must_use]
pub fn new_id_bytes(random: [u8; 16]) -> [u8; ID_LEN] {
    let mut bits = u128::from_be_bytes(random);
    let mut text = [b'0'; ID_LEN];
    for place in text.iter_mut().rev() {
        *place = ALPHABET[(bits & 31) as usize];
        bits >>= 5;
    }
    text
}

/// Encodes a moment in milliseconds and 80 random bits, which order as the moments do.
#[must_use]
pub fn new_dated_id_bytes(at: Timestamp, random: [u8; 10]) -> [u8; ID_LEN] {
    let millis = u64::try_from(at.micros() / 1000).unwrap_or_default().to_be_bytes();
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&millis[2..]);
    bytes[6..].copy_from_slice(&random);
    new_id_bytes(bytes)
}

/// Accepts exactly what [`new_id_bytes`] makes.
#[must_use]
pub fn parse_id_bytes(text: &str) -> Option<[u8; ID_LEN]> {
    let bytes: [u8; ID_LEN] = text.as_bytes().try_into().ok()?;
    let first_is_three_bits = bytes[0] <= b'7';
    (first_is_three_bits && bytes.iter().all(|byte| ALPHABET.contains(byte))).then_some(bytes)
}

/// Declares a typed id over [`new_id_bytes`].
///
/// `id!(CaseId, "A case.")` expands to a `Copy` newtype with `generate`, `as_str`, `FromStr`,
/// `Display`, serde as text, the diesel `Text` conversions and its OpenAPI schema, so that a
/// `UserId` can never be passed for a `CaseId`. With `dated` behind it, `generate` asks for the moment.
macro_rules! id {
    ($name:ident, $doc:literal) => {
        $crate::db::types::id!(@type $name, $doc);

        impl $name {
            /// A new random id from the operating system's generator.
            #[must_use]
            pub fn generate() -> Self {
                Self($crate::db::types::new_id_bytes($crate::crypto::random::bytes()))
            }
        }
    };
    ($name:ident, $doc:literal, dated) => {
        $crate::db::types::id!(@type $name, $doc);

        impl $name {
            /// A new id of this moment, random beyond that.
            #[must_use]
            pub fn generate(at: $crate::db::types::Timestamp) -> Self {
                Self($crate::db::types::new_dated_id_bytes(at, $crate::crypto::random::bytes()))
            }
        }
    };
    (@type $name:ident, $doc:literal) => {
        #[doc = $doc]
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
        pub struct $name([u8; $crate::db::types::ID_LEN]);

        impl $name {
            /// The id as it stands in URLs and columns.
            #[must_use]
            pub fn as_str(&self) -> &str {
                std::str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = &'static str;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::db::types::parse_id_bytes(text)
                    .map(Self)
                    .ok_or("an id has 26 characters of 0-9 and a-z without i, l, o, u")
            }
        }

        $crate::db::types::text_column!($name);

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some($doc))
                    .pattern(Some("^[0-7][0-9a-hjkmnp-tv-z]{25}$"))
                    .examples(["3k5w8z0v4n9qx2c7m1b6t8r4ye"])
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}
    };
}
pub(crate) use id;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_own_text() {
        for seed in [0u128, 1, 31, u128::MAX, 0x1234_5678_9abc_def0] {
            let bytes = new_id_bytes(seed.to_be_bytes());
            let text = std::str::from_utf8(&bytes).unwrap();
            assert_eq!(parse_id_bytes(text), Some(bytes));
        }
    }

    #[test]
    fn dated_ids_order_as_their_moments_and_differ_within_one() {
        let id =
            |millis: i64, random| new_dated_id_bytes(Timestamp::from_micros(millis * 1000), [random; 10]);
        assert!(id(0, 255) < id(1, 0));
        assert!(id(1_156_032_000_000, 255) < id(1_156_032_000_001, 0));
        assert!(id(1_156_032_000_000, 255) < id(5_680_281_600_000, 0));
        assert_ne!(id(1, 1), id(1, 2));
        assert_eq!(parse_id_bytes(std::str::from_utf8(&id(1, 1)).unwrap()), Some(id(1, 1)));
        // Before 1970 nothing was recorded; a clock that says so still makes ids.
        assert_eq!(id(-1, 1), id(0, 1));
    }

    #[test]
    fn what_is_not_an_id_is_refused() {
        for text in
            ["", "short", "8zzzzzzzzzzzzzzzzzzzzzzzzz", "0000000000000000000000000i", "가나다라마바사아자"]
        {
            assert_eq!(parse_id_bytes(text), None, "{text}");
        }
    }
}
