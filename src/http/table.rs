//! Figures that a client may have as JSON or as a CSV file.

use actix_web::body::BoxBody;
use actix_web::http::header::{Accept, CONTENT_DISPOSITION, Header as _, VARY};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Json;
use crate::error::{Code, Error, Result};

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// JSON.
    Json,
    /// CSV, RFC 4180.
    Csv,
}

impl Format {
    /// The first form offered of those that `Accept` asks for; JSON where it asks for none.
    pub fn accepted(request: &HttpRequest) -> Result<Self> {
        let accept = Accept::parse(request)
            .map_err(|_| Error::malformed_field("Accept", "Send media types, such as text/csv."))?;
        let asked_for = accept.ranked();
        if asked_for.is_empty() {
            return Ok(Self::Json);
        }
        let offered = asked_for.iter().find_map(|media_type| match media_type.essence_str() {
            "application/json" | "application/*" | "*/*" => Some(Self::Json),
            "text/csv" | "text/*" => Some(Self::Csv),
            _ => None,
        });
        offered.ok_or_else(|| Error::new(Code::NotAcceptable, "Accept application/json or text/csv."))
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Json => "json",
            Self::Csv => "csv",
        })
    }
}

/// Figures that have a form as CSV.
pub trait Tabular {
    /// The head and a row of it, for the OpenAPI document.
    const CSV: &'static str;
}

/// 200 with figures, in the form that was asked for.
pub enum Table<T> {
    /// As JSON.
    Json(T),
    /// As a file to keep.
    Csv {
        /// Its name.
        name: String,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

impl<T: Serialize> Responder for Table<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let mut response = match self {
            Self::Json(figures) => Json(figures).respond_to(request),
            Self::Csv { name, bytes } => HttpResponse::Ok()
                .content_type("text/csv; charset=utf-8")
                .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
                .body(bytes),
        };
        response.headers_mut().insert(VARY, actix_web::http::header::HeaderValue::from_static("accept"));
        response
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn accepted(header: &str) -> Result<Format, Code> {
        let request = TestRequest::default().insert_header(("Accept", header)).to_http_request();
        Format::accepted(&request).map_err(|error| error.code())
    }

    #[test]
    fn the_form_is_what_the_client_likes_best() {
        assert_eq!(accepted("text/csv"), Ok(Format::Csv));
        assert_eq!(accepted("application/json, text/csv;q=0.5"), Ok(Format::Json));
        assert_eq!(accepted("application/json;q=0.5, text/csv"), Ok(Format::Csv));
        assert_eq!(accepted("image/png, */*;q=0.1"), Ok(Format::Json));
        assert_eq!(accepted("image/png"), Err(Code::NotAcceptable));
    }

    #[test]
    fn json_where_nothing_is_asked_for() {
        let request = TestRequest::default().to_http_request();
        assert_eq!(Format::accepted(&request).unwrap(), Format::Json);
    }
}
