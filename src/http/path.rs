//! Path parameters: parsed by their own types.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use utoipa::openapi::{RefOr, Schema};

use crate::error::{Code, Error, Result};

/// What one `{segment}` of an address may be.
pub trait PathSegment: Sized + 'static {
    /// Parses; what cannot be an id is answered as what is not there.
    fn parse(text: &str) -> Result<Self>;
    /// Its schema in the OpenAPI document.
    fn schema() -> RefOr<Schema>;
    /// What it is.
    const ABOUT: &'static str;
    /// How what cannot be one is answered.
    const REFUSALS: &'static [Code] = &[Code::NotFound];
}

/// The path's parameters, in the order of the address.
pub struct Path<T>(pub T);

/// One parameter, or several.
pub trait PathParameters: Sized {
    /// Parses them in order.
    fn parse(segments: &[&str]) -> Result<Self>;
    /// Schema and meaning of each, in order.
    fn describe() -> Vec<(RefOr<Schema>, &'static str)>;
    /// How what cannot be one of them is answered.
    fn refusals() -> Vec<Code>;
}

impl<A: PathSegment> PathParameters for A {
    fn parse(segments: &[&str]) -> Result<Self> {
        match segments {
            [a] => A::parse(a),
            _ => Err(Error::not_found()),
        }
    }
    fn describe() -> Vec<(RefOr<Schema>, &'static str)> {
        vec![(A::schema(), A::ABOUT)]
    }
    fn refusals() -> Vec<Code> {
        A::REFUSALS.to_vec()
    }
}

impl<A: PathSegment, B: PathSegment> PathParameters for (A, B) {
    fn parse(segments: &[&str]) -> Result<Self> {
        match segments {
            [a, b] => Ok((A::parse(a)?, B::parse(b)?)),
            _ => Err(Error::not_found()),
        }
    }
    fn describe() -> Vec<(RefOr<Schema>, &'static str)> {
        vec![(A::schema(), A::ABOUT), (B::schema(), B::ABOUT)]
    }
    fn refusals() -> Vec<Code> {
        [A::REFUSALS, B::REFUSALS].concat()
    }
}

impl<A: PathSegment, B: PathSegment, C: PathSegment> PathParameters for (A, B, C) {
    fn parse(segments: &[&str]) -> Result<Self> {
        match segments {
            [a, b, c] => Ok((A::parse(a)?, B::parse(b)?, C::parse(c)?)),
            _ => Err(Error::not_found()),
        }
    }
    fn describe() -> Vec<(RefOr<Schema>, &'static str)> {
        vec![(A::schema(), A::ABOUT), (B::schema(), B::ABOUT), (C::schema(), C::ABOUT)]
    }
    fn refusals() -> Vec<Code> {
        [A::REFUSALS, B::REFUSALS, C::REFUSALS].concat()
    }
}

impl<T: PathParameters> FromRequest for Path<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let segments: Vec<&str> = request.match_info().iter().map(|(_, value)| value).collect();
        ready(T::parse(&segments).map(Self))
    }
}

/// Lets an id type stand in an address.
macro_rules! path_id {
    ($($name:ty: $about:literal),+ $(,)?) => {$(
        impl $crate::http::path::PathSegment for $name {
            const ABOUT: &'static str = $about;
            fn parse(text: &str) -> $crate::error::Result<Self> {
                text.parse().map_err(|_| $crate::error::Error::not_found())
            }
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                <$name as utoipa::PartialSchema>::schema()
            }
        }
    )+};
}
pub(crate) use path_id;

path_id! {
    crate::access::UserId: "The user's id.",
    crate::access::HubId: "The hub's id.",
    crate::access::CaseId: "The case's id.",
    crate::audit::entry::EventId: "The entry's id.",
}
