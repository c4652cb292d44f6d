//! A file in parts, each of which tells where the next one is.

use actix_web::body::BoxBody;
use actix_web::http::header::{Accept, CONTENT_DISPOSITION, Header as _, HeaderValue, LINK, VARY};
use actix_web::{HttpRequest, HttpResponse, Responder};

use crate::error::{Code, Error, Result};

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// JSON Lines: one value a line.
    Jsonl,
    /// CSV, RFC 4180.
    Csv,
}

impl ExportFormat {
    /// The first form offered of those that `Accept` asks for; JSON Lines where it asks for none.
    pub fn accepted(request: &HttpRequest) -> Result<Self> {
        let accept = Accept::parse(request)
            .map_err(|_| Error::malformed_field("Accept", "Send media types, such as text/csv."))?;
        let asked_for = accept.ranked();
        if asked_for.is_empty() {
            return Ok(Self::Jsonl);
        }
        let offered = asked_for.iter().find_map(|media_type| match media_type.essence_str() {
            "application/jsonl" | "application/x-ndjson" | "application/*" | "*/*" => Some(Self::Jsonl),
            "text/csv" | "text/*" => Some(Self::Csv),
            _ => None,
        });
        offered.ok_or_else(|| Error::new(Code::NotAcceptable, "Accept application/jsonl or text/csv."))
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Jsonl => "application/jsonl",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

impl std::fmt::Display for ExportFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        })
    }
}

/// 200 with a part of a file.
pub struct Export {
    /// The name of the file, without its ending.
    pub name: String,
    /// Its form.
    pub format: ExportFormat,
    /// The bytes of this part.
    pub bytes: Vec<u8>,
    /// The cursor of the next part, unless this is the last.
    pub next: Option<String>,
}

impl Responder for Export {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::Ok();
        response
            .content_type(self.format.media_type())
            .insert_header((VARY, HeaderValue::from_static("accept")))
            .insert_header((
                CONTENT_DISPOSITION,
                format!("attachment; filename=\"{}.{}\"", self.name, self.format),
            ));
        if let Some(cursor) = &self.next {
            response.insert_header((LINK, super::cursor::link(request, cursor)));
        }
        response.body(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_form_is_what_the_client_likes_best() {
        let accepted = |header: &str| {
            let request = TestRequest::default().insert_header(("Accept", header)).to_http_request();
            ExportFormat::accepted(&request).map_err(|error| error.code())
        };
        assert_eq!(accepted("text/csv"), Ok(ExportFormat::Csv));
        assert_eq!(accepted("application/x-ndjson, text/csv;q=0.5"), Ok(ExportFormat::Jsonl));
        assert_eq!(accepted("*/*"), Ok(ExportFormat::Jsonl));
        assert_eq!(accepted("application/json"), Err(Code::NotAcceptable));
        let nothing = TestRequest::default().to_http_request();
        assert_eq!(ExportFormat::accepted(&nothing).unwrap(), ExportFormat::Jsonl);
    }
}
