//! JSON bodies: typed, bounded, and refused without repeating what was sent.

use std::future::Future;
use std::pin::Pin;

use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;

use super::json;
use crate::error::{Code, Error, Result};

/// Largest body of any address; the longest legal story fits.
pub const LARGEST: usize = 1024 * 1024;
const DEEPEST: usize = 16;

/// A JSON body.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let json = is_json(request);
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            if !json {
                return Err(Error::new(Code::UnsupportedMediaType, "Send `Content-Type: application/json`."));
            }
            let bytes = bytes.await.map_err(|error| payload_error(&error))?;
            parse(&bytes).map(Self)
        })
    }
}

fn is_json(request: &HttpRequest) -> bool {
    let value = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Parses a JSON text into `T`.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Error::new(Code::MalformedRequest, "The body is not valid UTF-8."))?;
    if depth(text) > DEEPEST {
        return Err(Error::new(Code::MalformedRequest, "The body is nested deeper than 16 levels."));
    }
    let value = json::from_text(text)?;
    json::from_value(&value.0).map_err(|fault| Error::invalid(vec![fault]))
}

/// Nesting, counted before anything is built.
fn depth(text: &str) -> usize {
    let (mut deepest, mut now, mut in_string, mut escaped) = (0_usize, 0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                now += 1;
                deepest = deepest.max(now);
            }
            b'}' | b']' if !in_string => now = now.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

pub(super) fn payload_error(error: &actix_web::Error) -> Error {
    match error.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) => Error::new(Code::PayloadTooLarge, "A body has at most 1 MiB."),
        _ if error.as_response_error().status_code() == actix_web::http::StatusCode::PAYLOAD_TOO_LARGE => {
            Error::new(Code::PayloadTooLarge, "A body has at most 1 MiB.")
        }
        _ => Error::new(Code::MalformedRequest, "The body could not be read to its end."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_nesting_is_refused_before_it_is_built() {
        let text = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(parse::<serde_json::Value>(text.as_bytes()).unwrap_err().code(), Code::MalformedRequest);
        assert!(parse::<serde_json::Value>(br#"{"a":"[[[[[[[[[[[[[[[[[[[["}"#).is_ok());
    }

    #[test]
    fn broken_utf8_and_trailing_text_are_refused() {
        assert_eq!(parse::<serde_json::Value>(b"\"\xff\"").unwrap_err().code(), Code::MalformedRequest);
        assert_eq!(parse::<serde_json::Value>(b"{} {}").unwrap_err().code(), Code::MalformedRequest);
    }
}
