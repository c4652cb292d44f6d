//! Lists: at most 200 rows, an opaque cursor, stable while rows are inserted.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::error::{Code, Error, Result};

/// Most rows of one page.
pub const MOST: i64 = 200;
const USUAL: i64 = 50;

/// Which page.
#[derive(Deserialize, IntoParams, Default)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// Rows wanted, 1 to 200; 50 when not said.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, example = 50)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// Rows wanted.
    pub fn limit(&self) -> Result<i64> {
        limit(self.limit.as_deref())
    }

    /// Where the page starts.
    pub fn start<K: DeserializeOwned>(&self, list: &str) -> Result<Option<K>> {
        self.cursor.as_deref().map(|text| Cursor::open(text, list)).transpose()
    }
}

/// Parses a `limit`.
pub fn limit(text: Option<&str>) -> Result<i64> {
    text.map_or(Ok(USUAL), |text| {
        text.parse()
            .ok()
            .filter(|rows| (1..=MOST).contains(rows))
            .ok_or_else(|| Error::malformed_field("limit", "A page has 1 to 200 rows."))
    })
}

/// The key of the last row of a page, bound to the list (and its filters) that gave it.
#[derive(Serialize, Deserialize)]
pub struct Cursor<K> {
    list: String,
    key: K,
}

impl<K: Serialize> Cursor<K> {
    /// Makes the text that a client sends back.
    pub fn seal(list: &str, key: K) -> Result<String> {
        let cursor = Self { list: list.to_owned(), key };
        Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor).map_err(Error::internal)?))
    }
}

impl<K: DeserializeOwned> Cursor<K> {
    /// Reads a text that [`Cursor::seal`] made for the same list.
    pub fn open(text: &str, list: &str) -> Result<K> {
        let refused = || {
            Error::new(
                Code::InvalidCursor,
                "Send `next_cursor` as it was given, with the same filters and order.",
            )
        };
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| refused())?;
        let cursor: Self = serde_json::from_slice(&bytes).map_err(|_| refused())?;
        if cursor.list == list { Ok(cursor.key) } else { Err(refused()) }
    }
}

/// One page of a list.
#[derive(Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Send it as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// By hand, because the derived schemas of all lists would have one name.
impl<T: ToSchema> PartialSchema for Page<T> {
    fn schema() -> RefOr<Schema> {
        let rows = ArrayBuilder::new().items(Ref::from_schema_name(T::name())).description(Some("The rows."));
        let next = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some("Send it as `cursor` for the next page; null on the last."));
        let example = super::describe::example_of::<T>()
            .map(|row| serde_json::json!({"items": [row], "next_cursor": null}));
        ObjectBuilder::new()
            .property("items", rows)
            .required("items")
            .property("next_cursor", next)
            .required("next_cursor")
            .description(Some("One page of a list."))
            .examples(example)
            .into()
    }
}

impl<T: ToSchema> ToSchema for Page<T> {
    fn name() -> Cow<'static, str> {
        format!("{}Page", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

impl<T> Page<T> {
    /// A list that is never long.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next_cursor: None }
    }

    /// From `limit + 1` rows, of which the last only says that there are more.
    pub fn of<R, K: Serialize>(
        mut rows: Vec<R>,
        limit: i64,
        list: &str,
        key: impl Fn(&R) -> K,
        view: impl FnMut(R) -> T,
    ) -> Result<Self> {
        let limit = usize::try_from(limit).map_err(Error::internal)?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = match rows.last() {
            Some(last) if more => Some(Cursor::seal(list, key(last))?),
            _ => None,
        };
        Ok(Self { items: rows.into_iter().map(view).collect(), next_cursor })
    }
}

impl<T> Page<Result<T>> {
    /// A page of views that could each fail, or the first failure.
    pub fn transposed(self) -> Result<Page<T>> {
        let items = self.items.into_iter().collect::<Result<_>>()?;
        Ok(Page { items, next_cursor: self.next_cursor })
    }
}
