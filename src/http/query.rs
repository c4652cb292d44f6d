//! Query parameters: typed, unknown ones refused by name. Each is a text.

use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::json;
use super::page::Unfiltered;
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

/// The arguments of a handler that reads no query: there is no parameter that it knows.
///
/// A filter that is sent to the wrong address would else look as if it had narrowed something. It is looked at
/// last, so that whoever may not ask, and what is not there, are told as anywhere.
pub struct WithoutQuery<A>(pub A);

impl<A: FromRequest + 'static> FromRequest for WithoutQuery<A> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let none = parse::<Unfiltered>(request.query_string());
        let arguments = A::from_request(request, payload);
        Box::pin(async move {
            let arguments = arguments.await.map_err(Into::into)?;
            none?;
            Ok(Self(arguments))
        })
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
