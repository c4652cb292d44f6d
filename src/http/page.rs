//! Lists: at most 200 rows, an opaque cursor, stable while rows are inserted.

use std::borrow::Cow;
use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::error::{Code, Error, Result};

/// Most rows of one page.
pub const MOST: i64 = 200;
const USUAL: i64 = 50;

/// The query of a list: what narrows and orders it, and which page of it.
pub struct ListQuery<F> {
    /// What narrows and orders it.
    pub filter: F,
    /// Which page.
    pub page: PageRequest,
}

/// The filter of a list that is not narrowed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unfiltered {}

impl IntoParams for Unfiltered {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        Vec::new()
    }
}

/// The two parameters that every list takes.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PageParameters {
    /// Rows wanted, 1 to 200; 50 when not said.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, example = 50)]
    limit: Option<String>,
    /// `next_cursor` of the page before, with the same filters and order.
    cursor: Option<String>,
}

/// Which page of which list. Only the query of a request makes one, and without it there is no page, so
/// that no list forgets to bind its cursors to what they were given for.
pub struct PageRequest {
    limit: i64,
    cursor: Option<String>,
    list: String,
}

impl PageRequest {
    /// Rows wanted.
    #[must_use]
    pub fn limit(&self) -> i64 {
        self.limit
    }

    /// Where the page starts.
    pub fn start<K: DeserializeOwned>(&self) -> Result<Option<K>> {
        self.cursor.as_deref().map(|text| Cursor::open(text, &self.list)).transpose()
    }
}

impl<F: DeserializeOwned> ListQuery<F> {
    fn parse(path: &str, query: &str) -> Result<Self> {
        let is_page = |(name, _): &Pair<'_>| ["limit", "cursor"].contains(&name.as_ref());
        let (page, mut filter): (Vec<Pair<'_>>, Vec<_>) =
            form_urlencoded::parse(query.as_bytes()).partition(is_page);
        let PageParameters { limit, cursor } = super::query::parse(&joined(&page))?;
        let narrowing = super::query::parse(&joined(&filter))?;
        filter.sort_unstable();
        let page = PageRequest { limit: rows(limit.as_deref())?, cursor, list: name_of_list(path, &filter) };
        Ok(Self { filter: narrowing, page })
    }
}

impl<F: DeserializeOwned> FromRequest for ListQuery<F> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::parse(request.path(), request.query_string()))
    }
}

type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

fn joined(pairs: &[Pair<'_>]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn rows(limit: Option<&str>) -> Result<i64> {
    limit.map_or(Ok(USUAL), |text| {
        text.parse()
            .ok()
            .filter(|rows| (1..=MOST).contains(rows))
            .ok_or_else(|| Error::malformed_field("limit", "A page has 1 to 200 rows."))
    })
}

/// The same for the same address and the same parameters in any order, and for nothing else.
fn name_of_list(path: &str, sorted: &[Pair<'_>]) -> String {
    let parts = sorted.iter().flat_map(|(name, value)| [name.as_ref(), value.as_ref()]);
    let mut hash = Sha256::new();
    for part in std::iter::once(path).chain(parts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    URL_SAFE_NO_PAD.encode(&hash.finalize()[..16])
}

/// The key of the last row of a page, bound to the list (and its filters) that gave it.
#[derive(Serialize, Deserialize)]
struct Cursor<K> {
    list: String,
    key: K,
}

impl<K: Serialize> Cursor<K> {
    /// Makes the text that a client sends back.
    fn seal(list: &str, key: K) -> Result<String> {
        let cursor = Self { list: list.to_owned(), key };
        Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor).map_err(Error::internal)?))
    }
}

impl<K: DeserializeOwned> Cursor<K> {
    /// Reads a text that [`Cursor::seal`] made for the same list.
    fn open(text: &str, list: &str) -> Result<K> {
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
    items: Vec<T>,
    /// Send it as `cursor` for the next page; null on the last.
    pub(super) next_cursor: Option<String>,
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
        page: &PageRequest,
        key: impl Fn(&R) -> K,
        view: impl FnMut(R) -> T,
    ) -> Result<Self> {
        let limit = usize::try_from(page.limit).map_err(Error::internal)?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = match rows.last() {
            Some(last) if more => Some(Cursor::seal(&page.list, key(last))?),
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
