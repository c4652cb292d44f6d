//! What is known of a request before its handler runs.

use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload};

use super::idempotency::IdempotencyKey;
use crate::access::{Assurance, FactorRule};
use crate::audit::entry::RequestId;
use crate::db::types::Timestamp;
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
    /// What whoever asks is held to.
    pub assurance: Assurance,
}

impl RequestContext {
    /// A request of which nothing more is known, held to this.
    #[must_use]
    pub fn new(request_id: RequestId, assurance: Assurance) -> Self {
        Self { request_id, idempotency: None, address: None, assurance }
    }

    /// What the program does by itself: no user stands behind it.
    pub(crate) fn of_nobody(request_id: RequestId) -> Self {
        let at = Timestamp::from_micros(0);
        Self::new(request_id, Assurance { rule: FactorRule::standard(), at })
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
