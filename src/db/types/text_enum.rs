//! Enumerations stored and sent as their standard codes.

/// A code list that the API serves and a column may hold.
pub trait CodeList: Sized + Copy + 'static {
    /// Name of the list as the API serves it.
    const NAME: &'static str;
    /// Where the codes come from.
    const SOURCE: &'static str;
    /// Every code with its meaning, in the order of the standard.
    fn all() -> &'static [Self];
    /// The code as stored and sent.
    fn code(self) -> &'static str;
    /// What the code means, for a person.
    fn label(self) -> &'static str;
}

/// Declares an enumeration by its codes.
///
/// ```text
/// text_enum! {
///     /// Stage of a case.
///     Stage, "stage", "Waystation" { Shelter = "shelter": "In a shelter", Transit = "transit": "On the way" }
/// }
/// ```
/// expands to a `Copy` enum with [`CodeList`], `FromStr`, `Display`, serde, the diesel `Text`
/// conversions and an OpenAPI schema that lists the codes. A text that is no code is an error that
/// names the codes there are.
macro_rules! text_enum {
    ($(#[$meta:meta])* $name:ident, $list:literal, $source:literal { $($variant:ident = $code:literal: $label:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name { $(#[doc = $label] $variant),+ }

        impl $crate::db::types::CodeList for $name {
            const NAME: &'static str = $list;
            const SOURCE: &'static str = $source;
            fn all() -> &'static [Self] { &[$(Self::$variant),+] }
            fn code(self) -> &'static str { match self { $(Self::$variant => $code),+ } }
            fn label(self) -> &'static str { match self { $(Self::$variant => $label),+ } }
        }

        impl $name {
            /// The code as stored and sent.
            #[must_use]
            pub fn as_str(&self) -> &'static str {
                $crate::db::types::CodeList::code(*self)
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($code => Ok(Self::$variant),)+
                    _ => Err(concat!("not a code of ", $list, "; the codes are", $(" ", $code),+).to_owned()),
                }
            }
        }

        $crate::db::types::text_column!($name);

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some(concat!("Codes: ", $($code, " (", $label, "); "),+, "source: ", $source)))
                    .enum_values(Some([$($code),+]))
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}
    };
}
pub(crate) use text_enum;
