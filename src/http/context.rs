//! What is known of a request before its handler runs.

use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload};

use super::idempotency::IdempotencyKey;
use crate::audit::entry::RequestId;
use crate::error::{Error, Result};

/// Set by the middleware on every request.
#[derive(Clone)]
pub struct RequestContext {
    /// In the answer, in every log line, in every entry of the log.
    pub request_id: RequestId,
    /// The client's word that this is one request however often it is sent.
    pub idempotency: Option<IdempotencyKey>,
    /// Where it comes from: to be counted, and not to be written down.
    pub address: Option<IpAddr>,
}

impl RequestContext {
    /// A request of which nothing more is known.
    #[must_use]
    pub fn new(request_id: RequestId) -> Self {
        Self { request_id, idempotency: None, address: None }
    }
}

/// For the few handlers that take no permit: a login has nobody behind it yet.
impl FromRequest for RequestContext {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let context = request.extensions().get::<Self>().cloned();
        ready(context.ok_or_else(|| Error::internal(anyhow::anyhow!("the middleware did not run"))))
    }
}
