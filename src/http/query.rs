//! Query parameters: typed, unknown ones refused by name.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;

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
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let name = error.path().to_string();
        let known = |c: char| c.is_ascii_lowercase() || c == '_';
        let pointer = match name.as_str() {
            // The query as a whole.
            "." => "",
            name if name.len() <= 40 && name.chars().all(known) => name,
            _ => "?",
        };
        let fault = super::body::fault_of(pointer, &error.inner().to_string());
        Error::malformed_field(fault.pointer.trim_start_matches('/'), fault.detail)
    })
}
