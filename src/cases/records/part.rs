//! What every struct of a record has in common, so that none can forget it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

/// At most this many items in a list of a record.
pub const MAX_ITEMS: usize = 50;

/// A field of a record: one value or a list, and either may be absent.
pub trait Field<'de>: Sized {
    /// Reads it; `null` is the same as absent.
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

impl<'de, T: Deserialize<'de>> Field<'de> for Option<T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl<'de, T: Deserialize<'de>> Field<'de> for Vec<T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Items(PhantomData))
    }
}

struct Items<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
    type Value = Vec<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a list of at most {MAX_ITEMS} items")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            if items.len() == MAX_ITEMS {
                return Err(A::Error::custom(format_args!("must have at most {MAX_ITEMS} items")));
            }
            items.push(item);
        }
        Ok(items)
    }
}

/// Whether nothing is known, so that the field is left out of the JSON.
pub trait Unset {
    /// Nothing is known.
    fn is_unset(&self) -> bool;
}

impl<T> Unset for Option<T> {
    fn is_unset(&self) -> bool {
        self.is_none()
    }
}

impl<T> Unset for Vec<T> {
    fn is_unset(&self) -> bool {
        self.is_empty()
    }
}

/// Declares a struct of a record.
///
/// ```text
/// part! {
///     /// A number of a telephone.
///     Phone {
///         /// With the country code.
///         number: Option<ShortText>,
///     }
/// }
/// ```
/// expands to
/// ```text
/// /// A number of a telephone.
/// #[derive(Default, Serialize, Deserialize, ToSchema)]
/// #[serde(default, deny_unknown_fields)]
/// pub struct Phone {
///     /// With the country code.
///     #[serde(skip_serializing_if = "Unset::is_unset", deserialize_with = "Field::read")]
///     pub number: Option<ShortText>,
/// }
/// ```
/// It derives no `Debug` and no `Display`: what is sealed must not be printable, neither in a log line
/// nor in the message of a panic. There is no `Clone` either, so that a value is in memory once.
macro_rules! part {
    ($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)+ }) => {
        #[derive(Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(default, deny_unknown_fields)]
        $(#[$meta])*
        pub struct $name {
            $(
                $(#[$field_meta])*
                #[serde(
                    skip_serializing_if = "crate::cases::records::part::Unset::is_unset",
                    deserialize_with = "crate::cases::records::part::Field::read"
                )]
                pub $field: $type,
            )+
        }
    };
}
