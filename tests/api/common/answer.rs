//! An answer, and the assertions that every test makes of one.

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use serde_json::Value;

/// What came back.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The bytes of the body.
    pub bytes: actix_web::web::Bytes,
}

impl Answer {
    pub fn new(status: StatusCode, headers: HeaderMap, bytes: actix_web::web::Bytes) -> Self {
        Self { status, headers, bytes }
    }

    /// The body as JSON; null when there is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The ETag.
    pub fn etag(&self) -> String {
        self.header("etag").expect("an ETag").to_owned()
    }

    /// Asserts the status and gives the body.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.json()
    }

    /// Asserts a problem with this status and code, and that it has the form of one.
    #[track_caller]
    pub fn expect_problem(&self, status: u16, code: &str) -> Value {
        let body = self.expect(status);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["status"], status);
        assert_eq!(body["request_id"].as_str(), self.header("x-request-id"));
        body
    }

    /// The pointers at fault.
    pub fn pointers(&self) -> Vec<String> {
        let body = self.json();
        let faults = body["faults"].as_array().cloned().unwrap_or_default();
        faults.iter().map(|fault| fault["pointer"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The guards that are not met.
    pub fn guards(&self) -> Vec<String> {
        let body = self.json();
        let unmet = body["unmet"].as_array().cloned().unwrap_or_default();
        unmet.iter().map(|unmet| unmet["guard"].as_str().unwrap_or_default().to_owned()).collect()
    }
}
