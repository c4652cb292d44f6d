//! The code by which people speak of a case: `WS-7K3M-9QXV-R`.
//!
//! It is read over bad telephone lines and copied by hand, so one wrong character or two swapped
//! ones must never name somebody else's case. It says nothing about the person, the hub or the time.

use crate::access::actor::CaseId;
use crate::crypto::random;
use crate::db::types::text_column;

/// Length as written, hyphens included.
pub const CASE_CODE_LEN: usize = 14;

/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const DIGITS: usize = 8;
const CHECK_MODULUS: u64 = 37;

/// `WS-`, eight characters of Crockford's base 32 in two groups, and his check character.
///
/// The check is the 40-bit value modulo 37. As 37 is a prime above 32, neither a wrong character
/// (a difference of less than 32 times a power of 32) nor two neighbours swapped (a difference of
/// less than 32 times 31 times a power of 32) can be a multiple of it: both are always noticed.
///
/// Crockford writes the remainders 32 to 36 as `*~$=U`, which are lost on the telephone and escaped
/// in a URL. Such a value is never issued: we draw again, which happens for 5 of 37 draws, keeps 951
/// thousand million codes, and changes nothing about what the check notices.
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
pub struct CaseCode([u8; CASE_CODE_LEN]);

impl CaseCode {
    /// A new random code. That no other case has it is the database's to say.
    #[must_use]
    pub fn generate() -> Self {
        loop {
            let forty = u64::from_be_bytes(random::bytes()) >> 24;
            if let Some(code) = Self::from_bits(forty) {
                return code;
            }
        }
    }

    /// The code of a 40-bit value, unless its check character would not be a plain one.
    fn from_bits(bits: u64) -> Option<Self> {
        let check = check_character(bits)?;
        let mut text = *b"WS-....-....-.";
        for (digit, place) in [3, 4, 5, 6, 8, 9, 10, 11].into_iter().enumerate() {
            text[place] = ALPHABET[(bits >> (5 * (DIGITS - 1 - digit)) & 31) as usize];
        }
        text[CASE_CODE_LEN - 1] = check;
        Some(Self(text))
    }

    /// The code as stored and sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

fn check_character(bits: u64) -> Option<u8> {
    ALPHABET.get(usize::try_from(bits % CHECK_MODULUS).ok()?).copied()
}

/// Why a text is not the code of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaseCodeError {
    /// It has not the form of a code.
    #[error("a case code is written as WS-7K3M-9QXV-R")]
    Malformed,
    /// It has the form, and was copied or heard wrongly.
    #[error("the check character does not fit: a character is wrong or two are swapped")]
    Mistyped,
}

impl std::str::FromStr for CaseCode {
    type Err = CaseCodeError;

    /// Lenient as Crockford asks: either case, hyphens anywhere or nowhere, `O` for 0, `I` and `L` for 1.
    fn from_str(text: &str) -> Result<Self, CaseCodeError> {
        let mut symbols = text.bytes().filter(|byte| *byte != b'-').map(|byte| byte.to_ascii_uppercase());
        if (symbols.next(), symbols.next()) != (Some(b'W'), Some(b'S')) {
            return Err(CaseCodeError::Malformed);
        }
        let values: Vec<u64> =
            symbols.take(DIGITS + 2).map(value).collect::<Option<_>>().ok_or(CaseCodeError::Malformed)?;
        let (check, digits) = values.split_last().ok_or(CaseCodeError::Malformed)?;
        if digits.len() != DIGITS {
            return Err(CaseCodeError::Malformed);
        }
        let bits = digits.iter().fold(0, |bits, digit| bits << 5 | digit);
        if bits % CHECK_MODULUS != *check {
            return Err(CaseCodeError::Mistyped);
        }
        Self::from_bits(bits).ok_or(CaseCodeError::Mistyped)
    }
}

fn value(symbol: u8) -> Option<u64> {
    let plain = match symbol {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        other => other,
    };
    ALPHABET.iter().position(|known| *known == plain).and_then(|place| u64::try_from(place).ok())
}

impl std::fmt::Debug for CaseCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CaseCode({})", self.as_str())
    }
}

text_column!(CaseCode);

impl utoipa::PartialSchema for CaseCode {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some(
                "The code people use for a case. The last character checks the eight before it. \
                 Lower case, missing hyphens, O for 0 and I or L for 1 are understood.",
            ))
            .pattern(Some("^WS-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]$"))
            .examples(["WS-7K3M-9QXV-R"])
            .into()
    }
}
impl utoipa::ToSchema for CaseCode {}

/// What `{case}` in a URL may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CaseRef {
    /// The id.
    Id(CaseId),
    /// The code.
    Code(CaseCode),
}

impl CaseRef {
    /// The ids and the codes among them.
    #[must_use]
    pub fn apart(references: &[Self]) -> (Vec<CaseId>, Vec<CaseCode>) {
        let (mut ids, mut codes) = (Vec::new(), Vec::new());
        for reference in references {
            match reference {
                Self::Id(id) => ids.push(*id),
                Self::Code(code) => codes.push(*code),
            }
        }
        (ids, codes)
    }

    /// Whether it names the case of this id and code.
    #[must_use]
    pub fn names(self, id: CaseId, code: CaseCode) -> bool {
        match self {
            Self::Id(named) => named == id,
            Self::Code(named) => named == code,
        }
    }
}

impl std::str::FromStr for CaseRef {
    type Err = CaseCodeError;

    fn from_str(text: &str) -> Result<Self, CaseCodeError> {
        match text.parse() {
            Ok(id) => Ok(Self::Id(id)),
            Err(_) => text.parse().map(Self::Code),
        }
    }
}

impl std::fmt::Display for CaseRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Code(code) => code.fmt(f),
        }
    }
}

impl<'de> serde::Deserialize<'de> for CaseRef {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_code() -> impl Strategy<Value = CaseCode> {
        (0_u64..1 << 40).prop_filter_map("check character not plain", CaseCode::from_bits)
    }

    /// Places of the eight characters and the check among the fourteen.
    const PLACES: [usize; 9] = [3, 4, 5, 6, 8, 9, 10, 11, 13];

    fn parse(text: &[u8]) -> Result<CaseCode, CaseCodeError> {
        std::str::from_utf8(text).unwrap().parse()
    }

    proptest! {
        #[test]
        fn a_code_survives_its_own_text_however_written(code in any_code()) {
            prop_assert_eq!(code.as_str().parse(), Ok(code));
            prop_assert_eq!(code.as_str().to_lowercase().replace('-', "").parse(), Ok(code));
            let misread = code.as_str().replace('0', "o").replace('1', "l");
            prop_assert_eq!(misread.parse(), Ok(code));
        }

        #[test]
        fn every_wrong_character_is_noticed(code in any_code()) {
            for place in PLACES {
                for symbol in ALPHABET.iter().filter(|symbol| **symbol != code.0[place]) {
                    let mut text = code.0;
                    text[place] = *symbol;
                    prop_assert_eq!(parse(&text), Err(CaseCodeError::Mistyped));
                }
            }
        }

        #[test]
        fn every_swap_of_neighbours_is_noticed(code in any_code()) {
            for pair in PLACES.windows(2).filter(|pair| code.0[pair[0]] != code.0[pair[1]]) {
                let mut text = code.0;
                text.swap(pair[0], pair[1]);
                prop_assert_eq!(parse(&text), Err(CaseCodeError::Mistyped));
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC*") {
            prop_assert!(text.parse::<CaseRef>().is_err() || text.len() >= 11);
        }
    }

    #[test]
    fn the_example_of_the_documents_is_a_code() {
        let code: CaseCode = EXAMPLE.parse().unwrap();
        assert_eq!(code.to_string(), EXAMPLE);
    }

    const EXAMPLE: &str = "WS-7K3M-9QXV-R";

    #[test]
    fn what_has_not_the_form_is_malformed() {
        for text in [
            "",
            "WS",
            "WS-",
            "WS-7K3M-9QXV",
            "7K3M-9QXV-R",
            "WS-7K3M-9QXV-R0",
            "WS-7K3M-9QXV-U",
            "WS-7K3U-9QXV-R",
            "WS 7K3M 9QXV R",
            "WS-가나다라-마바사아-자",
        ] {
            assert_eq!(text.parse::<CaseCode>(), Err(CaseCodeError::Malformed), "{text}");
        }
    }

    #[test]
    fn a_value_whose_check_character_is_not_plain_has_no_code() {
        for bits in [32, 33, 34, 35, 36] {
            assert_eq!(CaseCode::from_bits(bits), None);
        }
        assert_eq!(CaseCode::from_bits(37).unwrap().as_str(), "WS-0000-0015-0");
    }

    #[test]
    fn a_url_may_hold_the_id_or_the_code() {
        let (id, code) = (CaseId::generate(), CaseCode::generate());
        assert_eq!(id.as_str().parse(), Ok(CaseRef::Id(id)));
        assert_eq!(code.as_str().parse(), Ok(CaseRef::Code(code)));
        assert_eq!(CaseRef::Id(id).to_string(), id.as_str());
        assert_eq!(CaseRef::Code(code).to_string(), code.as_str());
    }
}
