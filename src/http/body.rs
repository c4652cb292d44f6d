//! JSON bodies: typed, bounded, and refused without repeating what was sent.

use std::future::Future;
use std::pin::Pin;

use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;

use crate::error::{Code, Error, Fault, Result};

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
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| refuse(&error))?;
    deserializer
        .end()
        .map_err(|_| Error::new(Code::MalformedRequest, "There is something after the JSON value."))?;
    Ok(value)
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

fn refuse(error: &serde_path_to_error::Error<serde_json::Error>) -> Error {
    let cause = error.inner();
    if cause.is_data() {
        let message = cause.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        return Error::invalid(vec![fault_of(&pointer(error.path()), message)]);
    }
    Error::new(
        Code::MalformedRequest,
        format!("The body is not valid JSON at line {}, column {}.", cause.line(), cause.column()),
    )
}

/// What serde found, without the value that it found.
pub(super) fn fault_of(pointer: &str, message: &str) -> Fault {
    if let Some(name) = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        return Fault::new(format!("{pointer}/{name}"), "This field is required.");
    }
    if message.starts_with("unknown field `") {
        let known = message.rsplit_once(", expected ").map_or("no fields", |(_, known)| known);
        return Fault::new(pointer, format!("There is no such field; there is {known}."));
    }
    // Noticed by the whole, so the pointer leads no further than that.
    if let Some(name) = message.strip_prefix("duplicate field `").and_then(|rest| rest.split('`').next()) {
        return Fault::new(format!("{pointer}/{name}"), "This field is given twice.");
    }
    if message.starts_with("invalid ") || message.starts_with("unknown variant") {
        let expected = message.rsplit_once(", expected ").map_or("another form", |(_, expected)| expected);
        return Fault::new(pointer, format!("Expected {expected}."));
    }
    // What is left was written by our own types, which never repeat a value.
    Fault::new(pointer, message)
}

/// The path as a JSON pointer (RFC 6901), without the names that a client made up.
pub(crate) fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter().fold(String::new(), |mut pointer, segment| {
        match segment {
            Segment::Seq { index } => {
                pointer.push('/');
                pointer.push_str(&index.to_string());
            }
            Segment::Map { key } | Segment::Enum { variant: key } => {
                pointer.push('/');
                pointer.push_str(&speakable(key));
            }
            Segment::Unknown => pointer.push_str("/?"),
        }
        pointer
    })
}

/// A member name may be told back only where it looks like one; anything else may be personal.
fn speakable(name: &str) -> String {
    let like_a_name = name.len() <= 40
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit());
    if like_a_name { name.to_owned() } else { "?".to_owned() }
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
    use serde::Deserialize;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its parsing matters")]
    struct Inner {
        beds: u32,
    }

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its parsing matters")]
    struct Outer {
        rows: Vec<Inner>,
    }

    fn fault(text: &str) -> (String, String) {
        let error = parse::<Outer>(text.as_bytes()).unwrap_err();
        (error.faults()[0].pointer.clone(), error.faults()[0].detail.clone())
    }

    #[test]
    fn the_pointer_names_the_place_and_the_detail_no_value() {
        assert_eq!(fault(r#"{"rows":[{"beds":"Kim"}]}"#), ("/rows/0/beds".into(), "Expected u32.".into()));
        assert_eq!(fault(r#"{"rows":[{}]}"#), ("/rows/0/beds".into(), "This field is required.".into()));
        let twice = fault(r#"{"rows":[{"beds":1,"beds":2}]}"#);
        assert_eq!(twice, ("/rows/0/beds".into(), "This field is given twice.".into()));
        let (pointer, detail) = fault(r#"{"rows":[{"beds":1,"김철수":2}]}"#);
        assert_eq!(pointer, "/rows/0/?");
        assert_eq!(detail, "There is no such field; there is `beds`.");
    }

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
