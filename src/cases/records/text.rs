//! Bounded texts of the sealed records.
//!
//! They are in Unicode's composed form (NFC), so that a name is one sequence of characters whichever
//! keyboard it came from: Hangul typed on a Mac and on a phone is the same, and so are the
//! compatibility forms of Hanja. Lengths count characters (Unicode scalar values), not bytes.
//!
//! The types have no `Debug` and no `Display`: what is sealed must not be printable. They are wiped
//! from memory when dropped.

use serde::de::{Deserialize, Deserializer, Error};
use serde::{Serialize, Serializer};
use unicode_normalization::UnicodeNormalization;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};
use zeroize::{Zeroize, Zeroizing};

/// Whether a text may have several lines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    One,
    Many,
}

/// Composes, trims and bounds `text`, or says what would be right.
fn parse(text: &str, max: usize, lines: Lines) -> Result<Zeroizing<String>, String> {
    // Reserved at once: a string that grows leaves copies of itself behind.
    let mut composed = Zeroizing::new(String::with_capacity(text.len()));
    composed.extend(text.trim().nfc());
    if lines == Lines::Many && composed.contains('\r') {
        // The line ends of Windows are an accident of the keyboard, not a control character to refuse.
        composed = Zeroizing::new(composed.replace("\r\n", "\n").replace('\r', "\n"));
    }
    if composed.is_empty() {
        return Err("must not be empty; leave the field out when nothing is known".into());
    }
    if composed.chars().any(|character| is_refused(character, lines)) {
        return Err(match lines {
            Lines::One => "must be one line without control characters".into(),
            Lines::Many => "must have no control characters but line breaks and tabs".into(),
        });
    }
    if composed.chars().count() > max {
        return Err(format!("must have at most {max} characters"));
    }
    Ok(composed)
}

fn is_refused(character: char, lines: Lines) -> bool {
    match character {
        '\n' | '\t' | '\u{2028}' | '\u{2029}' => lines == Lines::One,
        other => other.is_control(),
    }
}

/// Declares a text of at most `$max` characters.
macro_rules! text {
    ($(#[$meta:meta])* $name:ident, $max:literal, $lines:expr, $description:literal) => {
        $(#[$meta])*
        pub struct $name(Zeroizing<String>);

        impl $name {
            /// Reads a text; the error says what would be right and never repeats it.
            pub fn parse(text: &str) -> Result<Self, String> {
                parse(text, $max, $lines).map(Self)
            }

            /// The text, to be compared, indexed or answered; not to be logged.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = read_text(deserializer, "a text")?;
                Self::parse(&text).map_err(D::Error::custom)
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(SchemaType::new(Type::String))
                    .description(Some($description))
                    .min_length(Some(1))
                    .max_length(Some($max))
                    .into()
            }
        }
        impl ToSchema for $name {}
    };
}

text!(
    /// A name, a number, a place: one line of at most 200 characters.
    ShortText, 200, Lines::One,
    "One line without control characters; trimmed, in Unicode NFC"
);
text!(
    /// A sentence or two: one line of at most 1,000 characters.
    LineText, 1_000, Lines::One,
    "One line without control characters; trimmed, in Unicode NFC"
);
text!(
    /// An account: at most 100,000 characters, with line breaks.
    LongText, 100_000, Lines::Many,
    "Text with line breaks (LF) and tabs, no other control characters; trimmed, in Unicode NFC"
);

/// A text that is wiped when dropped, if it had to be copied at all.
pub(super) enum Read<'de> {
    Borrowed(&'de str),
    Owned(String),
}

impl std::ops::Deref for Read<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Owned(text) => text,
        }
    }
}

impl Drop for Read<'_> {
    fn drop(&mut self) {
        if let Self::Owned(text) = self {
            text.zeroize();
        }
    }
}

/// Reads a text from JSON without a copy where that can be.
pub(super) fn read_text<'de, D: Deserializer<'de>>(
    deserializer: D,
    expected: &'static str,
) -> Result<Read<'de>, D::Error> {
    struct Text(&'static str);

    impl<'de> serde::de::Visitor<'de> for Text {
        type Value = Read<'de>;

        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str(self.0)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Read::Owned(text.to_owned()))
        }

        fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
            Ok(Read::Owned(text))
        }

        fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
            Ok(Read::Borrowed(text))
        }
    }

    deserializer.deserialize_str(Text(expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(text: &str) -> Result<String, String> {
        ShortText::parse(text).map(|text| text.as_str().to_owned())
    }

    #[test]
    fn decomposed_hangul_is_stored_composed() {
        let decomposed = "\u{1100}\u{1175}\u{11b7}";
        assert_eq!(short(decomposed).as_deref(), Ok("김"));
    }

    #[test]
    fn compatibility_hanja_is_stored_as_the_character() {
        assert_eq!(short("\u{f90a}").as_deref(), Ok("金"));
    }

    #[test]
    fn lengths_count_characters_after_composing() {
        assert!(ShortText::parse(&"\u{1100}\u{1175}\u{11b7}".repeat(200)).is_ok());
        assert_eq!(short(&"가".repeat(201)), Err("must have at most 200 characters".into()));
        assert!(LineText::parse(&"가".repeat(1_000)).is_ok());
        assert!(LineText::parse(&"가".repeat(1_001)).is_err());
        assert!(LongText::parse(&"가".repeat(100_000)).is_ok());
        assert!(LongText::parse(&"가".repeat(100_001)).is_err());
    }

    #[test]
    fn control_characters_are_refused() {
        for text in ["a\0b", "a\u{1b}[31mb", "a\u{7f}b", "a\u{85}b"] {
            assert!(ShortText::parse(text).is_err());
            assert!(LineText::parse(text).is_err());
            assert!(LongText::parse(text).is_err());
        }
        for text in ["a\nb", "a\tb", "a\u{2028}b"] {
            assert!(ShortText::parse(text).is_err());
            assert!(LineText::parse(text).is_err());
            assert!(LongText::parse(text).is_ok());
        }
    }

    #[test]
    fn line_ends_of_windows_become_line_feeds() {
        let text = LongText::parse("one\r\ntwo\rthree").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(text.as_str(), "one\ntwo\nthree");
    }

    #[test]
    fn blank_is_refused_and_margins_are_cut() {
        assert!(ShortText::parse(" \u{3000} ").is_err());
        assert_eq!(short("  Ri  ").as_deref(), Ok("Ri"));
    }
}
