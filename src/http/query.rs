//! Query parameters: typed, unknown ones refused by name. Each is a text.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::json;
use crate::error::{Error, Result};

/// The query of an address.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()).map(Self))
    }
}

pub(super) fn parse<T: DeserializeOwned>(query: &str) -> Result<T> {
    let mut parameters = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if parameters.insert(name.clone().into_owned(), Value::String(value.into_owned())).is_some() {
            return Err(Error::malformed_field(json::speakable(&name), "this parameter is given twice"));
        }
    }
    json::from_value(&Value::Object(parameters))
        .map_err(|fault| Error::malformed_field(fault.pointer.trim_start_matches('/'), fault.detail))
}
