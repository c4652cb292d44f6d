//! Where a list goes on: an opaque text, good for the list that gave it, narrowed and ordered as it was.

use std::borrow::Cow;
use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use utoipa::IntoParams;

use crate::error::{Code, Error, Result};

/// A parameter with its value.
pub(super) type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// Where an answer starts, and how the next one is asked for. Only the query of a request makes one, so that no
/// list forgets to bind its cursors to what they were given for.
pub struct Continuation {
    cursor: Option<String>,
    list: String,
}

impl Continuation {
    /// Of the list at `path` that is narrowed and ordered by these parameters.
    pub(super) fn new(cursor: Option<String>, path: &str, mut narrowing: Vec<Pair<'_>>) -> Self {
        narrowing.sort_unstable();
        Self { cursor, list: name_of_list(path, &narrowing) }
    }

    /// Where the answer starts.
    pub fn start<K: DeserializeOwned>(&self) -> Result<Option<K>> {
        self.cursor.as_deref().map(|text| Cursor::open(text, &self.list)).transpose()
    }

    /// The cursor of the answer that goes on after `key`.
    pub fn next<K: Serialize>(&self, key: K) -> Result<String> {
        Cursor::seal(&self.list, key)
    }
}

/// The query of what goes on by a cursor and has a size of its own: what narrows it, and where it starts.
pub struct CursorQuery<F> {
    /// What narrows it.
    pub filter: F,
    /// Where it starts.
    pub place: Continuation,
}

/// Its one parameter beside the filter.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CursorParameter {
    /// The cursor that the answer before gave, with the same filters.
    cursor: Option<String>,
}

impl<F: DeserializeOwned> CursorQuery<F> {
    fn parse(path: &str, query: &str) -> Result<Self> {
        let (own, filter) = apart(query, &["cursor"]);
        let CursorParameter { cursor } = super::query::parse(&joined(&own))?;
        Ok(Self {
            filter: super::query::parse(&joined(&filter))?,
            place: Continuation::new(cursor, path, filter),
        })
    }
}

impl<F: DeserializeOwned> FromRequest for CursorQuery<F> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::parse(request.path(), request.query_string()))
    }
}

/// The parameters of these names, and the others.
pub(super) fn apart<'a>(query: &'a str, names: &[&str]) -> (Vec<Pair<'a>>, Vec<Pair<'a>>) {
    form_urlencoded::parse(query.as_bytes()).partition(|(name, _)| names.contains(&name.as_ref()))
}

pub(super) fn joined(pairs: &[Pair<'_>]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// What `Link` says of the answer that goes on at `cursor`.
pub(super) fn link(request: &HttpRequest, cursor: &str) -> String {
    let others =
        form_urlencoded::parse(request.query_string().as_bytes()).filter(|(name, _)| name != "cursor");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(others)
        .append_pair("cursor", cursor)
        .finish();
    format!("<{}?{query}>; rel=\"next\"", request.path())
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
