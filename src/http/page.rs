//! Lists: at most 200 rows, an opaque cursor, stable while rows are inserted.

use std::borrow::Cow;
use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use super::cursor::{Continuation, apart, joined};
use crate::error::{Error, Result};

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

/// Which page of which list; without it there is no page.
pub struct PageRequest {
    limit: i64,
    place: Continuation,
}

impl PageRequest {
    /// Rows wanted.
    #[must_use]
    pub fn limit(&self) -> i64 {
        self.limit
    }

    /// Where the page starts.
    pub fn start<K: DeserializeOwned>(&self) -> Result<Option<K>> {
        self.place.start()
    }
}

impl<F: DeserializeOwned> ListQuery<F> {
    fn parse(path: &str, query: &str) -> Result<Self> {
        let (page, filter) = apart(query, &["limit", "cursor"]);
        let PageParameters { limit, cursor } = super::query::parse(&joined(&page))?;
        let narrowing = super::query::parse(&joined(&filter))?;
        let page =
            PageRequest { limit: rows(limit.as_deref())?, place: Continuation::new(cursor, path, filter) };
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

fn rows(limit: Option<&str>) -> Result<i64> {
    limit.map_or(Ok(USUAL), |text| {
        text.parse()
            .ok()
            .filter(|rows| (1..=MOST).contains(rows))
            .ok_or_else(|| Error::malformed_field("limit", "A page has 1 to 200 rows."))
    })
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
            Some(last) if more => Some(page.place.next(key(last))?),
            _ => None,
        };
        Ok(Self { items: rows.into_iter().map(view).collect(), next_cursor })
    }
}

impl<T> Page<T> {
    /// A page that says itself after which key the next one goes on: it may be short, or empty, and not the last.
    pub fn until<K: Serialize>(items: Vec<T>, page: &PageRequest, next: Option<K>) -> Result<Self> {
        Ok(Self { items, next_cursor: next.map(|key| page.place.next(key)).transpose()? })
    }
}

impl<T> Page<Result<T>> {
    /// A page of views that could each fail, or the first failure.
    pub fn transposed(self) -> Result<Page<T>> {
        let items = self.items.into_iter().collect::<Result<_>>()?;
        Ok(Page { items, next_cursor: self.next_cursor })
    }
}
