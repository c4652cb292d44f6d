//! What is known of a request before its handler runs.

use super::idempotency::IdempotencyKey;
use crate::audit::entry::RequestId;

/// Set by the middleware on every request.
#[derive(Clone)]
pub struct RequestContext {
    /// In the answer, in every log line, in every entry of the log.
    pub request_id: RequestId,
    /// The client's word that this is one request however often it is sent.
    pub idempotency: Option<IdempotencyKey>,
}

impl RequestContext {
    /// A request without an idempotency key.
    #[must_use]
    pub fn new(request_id: RequestId) -> Self {
        Self { request_id, idempotency: None }
    }
}
