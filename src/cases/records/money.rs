//! Amounts of money as they were agreed: never converted, never a binary fraction.

use serde::de::{Deserialize, Deserializer, Error};
use serde::{Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};
use zeroize::Zeroizing;

use super::currency::Currency;
use super::faults::Faults;
use super::text::read_text;

/// A decimal amount as text: up to twelve digits, and up to two after the point.
///
/// Text, because a JSON number may be rounded on its way. No `Debug`, no `Display`: it is sealed.
pub struct Amount(Zeroizing<String>);

impl Amount {
    /// Reads an amount.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (whole, fraction) =
            text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
        let fits = is_digits(whole, 12) && fraction.is_none_or(|digits| is_digits(digits, 2));
        fits.then(|| Self(Zeroizing::new(text.to_owned())))
            .ok_or("must be a text such as \"1500\" or \"1500.50\": up to 12 digits, up to 2 after the point")
    }

    /// The amount as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_digits(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = read_text(deserializer, "a decimal amount as text")?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::String))
            .description(Some("A decimal amount, as text so that it is never rounded"))
            .pattern(Some(r"^[0-9]{1,12}(\.[0-9]{1,2})?$"))
            .examples(["1500.00"])
            .into()
    }
}
impl ToSchema for Amount {}

part! {
    /// An amount in a currency.
    Money {
        /// The amount.
        amount: Option<Amount>,
        /// The currency, ISO 4217.
        currency: Option<Currency>,
    }
}

impl Money {
    /// An amount without its currency says nothing, and the other way round.
    pub(super) fn rules(&self, faults: &mut Faults) {
        faults.needs(self.amount.is_some(), "amount", "the amount of the currency is missing");
        faults.needs(self.currency.is_some(), "currency", "the currency of the amount is missing");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_a_plain_decimal() {
        for text in ["0", "1500", "1500.5", "999999999999.99"] {
            assert!(Amount::parse(text).is_ok(), "{text}");
        }
        for text in ["", ".", "1.", ".5", "-1", "+1", "1,500", "1e3", "1.234", "1000000000000", "一"] {
            assert!(Amount::parse(text).is_err(), "{text}");
        }
    }
}
