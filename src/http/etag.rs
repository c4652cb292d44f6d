//! Versions: `ETag` on what two people edit, `If-Match` to change it (RFC 9110, section 13).

use std::future::{Ready, ready};

use actix_web::http::header::{IF_MATCH, IF_NONE_MATCH};
use actix_web::{FromRequest, HttpRequest, dev::Payload};

use crate::error::{Code, Error, Result};

/// The entity tag of a version.
#[must_use]
pub fn of_version(version: i64) -> String {
    format!("\"{version}\"")
}

/// The version that the client has seen; 428 where it says none.
#[derive(Clone, Copy, Debug)]
pub struct IfMatch(i64);

impl IfMatch {
    /// Refuses with 412 when the row has moved on.
    pub fn check(self, version: i64) -> Result<()> {
        if self.0 == version { Ok(()) } else { Err(Error::precondition_failed()) }
    }
}

impl FromRequest for IfMatch {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match header(request, IF_MATCH) {
            None => Err(Error::new(
                Code::PreconditionRequired,
                "Send `If-Match` with the ETag of the version that you read.",
            )),
            Some(value) => version(&value).map(Self),
        })
    }
}

/// For a PUT that may create: `If-None-Match: *`, or the version that it replaces.
#[derive(Clone, Copy, Debug)]
pub enum WriteCondition {
    /// There must be none yet.
    Absent,
    /// This version must be the present one.
    Version(IfMatch),
}

impl WriteCondition {
    /// Refuses with 412 when the condition does not hold for the present version; 0 is "none yet".
    pub fn check(self, present: i64) -> Result<()> {
        match (self, present) {
            (Self::Absent, 0) => Ok(()),
            (Self::Absent, _) => Err(Error::precondition_failed()),
            (Self::Version(seen), version) => seen.check(version),
        }
    }
}

impl FromRequest for WriteCondition {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match (header(request, IF_MATCH), header(request, IF_NONE_MATCH).as_deref()) {
            (None, Some("*")) => Ok(Self::Absent),
            (Some(value), None) => version(&value).map(|version| Self::Version(IfMatch(version))),
            (None, None) => Err(Error::new(
                Code::PreconditionRequired,
                "Send `If-None-Match: *` to write the first version, or `If-Match` with the ETag of the one you replace.",
            )),
            _ => {
                Err(Error::malformed_field("If-None-Match", "Send either `If-Match` or `If-None-Match: *`."))
            }
        })
    }
}

fn header(request: &HttpRequest, name: actix_web::http::header::HeaderName) -> Option<String> {
    request.headers().get(name).map(|value| value.to_str().unwrap_or_default().trim().to_owned())
}

/// A strong tag as we gave it. `*` is refused: it would mean "whatever is there".
fn version(text: &str) -> Result<i64> {
    text.strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .and_then(|digits| digits.parse::<i64>().ok())
        .filter(|version| *version >= 0)
        .ok_or_else(|| {
            Error::malformed_field("If-Match", "Send the ETag exactly as it was given, such as \"3\".")
        })
}
