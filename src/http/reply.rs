//! The few forms of a good answer.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, LINK, LOCATION};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, Responder};
use serde::Serialize;

use super::etag::of_version;
use super::given::Given;
use super::page::Page;

/// What has a version that two people may edit.
pub trait HasVersion {
    /// The version, as its ETag says.
    fn version(&self) -> i64;
}

/// 200 with a body.
pub struct Json<T>(pub T);

/// 200 with a body and its ETag.
pub struct Versioned<T>(pub Given<T>);

/// 201 with a body, its ETag and where it is.
pub struct Created<T> {
    location: &'static str,
    body: Given<T>,
}

/// 201 with a body that has no address of its own: tokens.
pub struct Issued<T>(pub Given<T>);

/// 200 with a body that has no version: what a POST did that makes nothing.
pub struct Done<T>(pub Given<T>);

/// 200 with text for people and for tools: a signed note, a proof.
pub struct PlainText(pub String);

/// 200 with bytes that are hashed as they are.
pub struct Octets(pub Vec<u8>);

/// 204.
pub struct NoContent;

impl<T> Versioned<T> {
    /// What was read.
    pub fn read(view: impl Into<T>) -> Self {
        Self(Given::Now(view.into()))
    }
}

impl<T> Created<T> {
    /// Created at `location`, a path with members of the body in braces.
    #[must_use]
    pub fn at(location: &'static str, body: Given<T>) -> Self {
        Self { location, body }
    }
}

/// The ETag of what has a version.
fn tag<T: HasVersion>(response: &mut HttpResponseBuilder, body: &Given<T>) {
    if let Some(version) = body.version() {
        response.insert_header((ETAG, of_version(version)));
    }
}

fn json<T: Serialize>(mut response: HttpResponseBuilder, body: &T) -> HttpResponse {
    match serde_json::to_vec(body) {
        Ok(bytes) => response.content_type("application/json").body(bytes),
        Err(error) => super::problem::response(&crate::error::Error::internal(error), None),
    }
}

impl<T: Serialize> Responder for Json<T> {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        json(HttpResponse::Ok(), &self.0)
    }
}

impl<T: Serialize + HasVersion> Responder for Versioned<T> {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::Ok();
        tag(&mut response, &self.0);
        json(response, &self.0)
    }
}

impl<T: Serialize + HasVersion> Responder for Created<T> {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::Created();
        if let Some(location) = self.body.fill(self.location) {
            response.insert_header((LOCATION, location));
        } else {
            tracing::error!(
                path = self.location,
                "the address of what was made names a member that its view lacks"
            );
        }
        tag(&mut response, &self.body);
        json(response, &self.body)
    }
}

impl<T: Serialize> Responder for Issued<T> {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        json(HttpResponse::Created(), &self.0)
    }
}

impl<T: Serialize> Responder for Done<T> {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        json(HttpResponse::Ok(), &self.0)
    }
}

impl Responder for PlainText {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(self.0)
    }
}

impl Responder for Octets {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().content_type("application/octet-stream").body(self.0)
    }
}

impl Responder for NoContent {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::new(StatusCode::NO_CONTENT)
    }
}

impl<T: Serialize> Responder for Page<T> {
    type Body = BoxBody;
    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::Ok();
        if let Some(cursor) = &self.next_cursor {
            response.insert_header((LINK, super::cursor::link(request, cursor)));
        }
        json(response, &self)
    }
}
