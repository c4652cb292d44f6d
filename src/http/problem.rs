//! Errors on the wire: RFC 9457.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{Code, Error};

/// A problem, `application/problem+json`.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "type": "about:blank", "title": "The rules for this step are not met", "status": 409, "code": "guards_unmet",
    "request_id": "3k5w8z0v4n9qx2c7m1b6t8r4ye",
    "unmet": [{"guard": "open_stay", "detail": "Record a stay in a shelter first."}]
}))]
pub struct Problem {
    /// Always `about:blank`: the `code` says what it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// What the code means.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// Stable; act on this.
    code: &'static str,
    /// What is particular to this case.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The request, as on the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// The fields at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    faults: Vec<ProblemFault>,
    /// The rules that are not met, all of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unmet: Vec<ProblemUnmet>,
}

/// A field at fault.
#[derive(Serialize, ToSchema)]
pub struct ProblemFault {
    /// JSON pointer into the body, or the name of a parameter or header.
    pointer: String,
    /// What is wrong and what would be right.
    detail: String,
}

/// A rule that is not met.
#[derive(Serialize, ToSchema)]
pub struct ProblemUnmet {
    /// Stable name of the rule.
    guard: &'static str,
    /// How to mend it.
    detail: String,
}

/// The answer for an error, with the request's id where it is known.
#[must_use]
pub fn response(error: &Error, request_id: Option<String>) -> HttpResponse {
    let code = error.code();
    let problem = Problem {
        kind: "about:blank",
        title: code.title(),
        status: code.status().as_u16(),
        code: code.as_str(),
        detail: error.detail().map(ToOwned::to_owned),
        request_id,
        faults: error
            .faults()
            .iter()
            .map(|fault| ProblemFault { pointer: fault.pointer.clone(), detail: fault.detail.clone() })
            .collect(),
        unmet: error
            .unmet_guards()
            .iter()
            .map(|unmet| ProblemUnmet { guard: unmet.guard, detail: unmet.detail.clone() })
            .collect(),
    };
    let mut response = HttpResponse::build(code.status());
    response.content_type("application/problem+json").insert_header((CACHE_CONTROL, "no-store"));
    match code {
        Code::Unauthenticated => {
            response.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        Code::Overloaded
        | Code::SearchNotReady
        | Code::Unavailable
        | Code::OutcomeUnknown
        | Code::CopyNotWritten
        | Code::Sealed
        | Code::TimedOut
        | Code::TooManyRequests => {
            response.insert_header((RETRY_AFTER, "2"));
        }
        _ => {}
    }
    response.body(serde_json::to_vec(&problem).unwrap_or_default())
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        self.code().status()
    }

    /// Without a request id: the middleware answers with it, and this is what is left where no
    /// middleware ran.
    fn error_response(&self) -> HttpResponse {
        response(self, None)
    }
}
