//! The one middleware: gives each request its id and its actor, and answers every error.
//!
//! It refuses nobody. A route that needs an actor asks for a permit, which is not to be had without
//! one; so a route cannot slip past by where it is registered.

use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};

use super::context::RequestContext;
use super::{idempotency, problem};
use crate::access::permit::AskedFor;
use crate::access::{Actor, Assurance};
use crate::accounts::api_keys::actor_of_key;
use crate::accounts::authenticate::actor_of;
use crate::app::App;
use crate::audit::entry::{Origin, RequestId};
use crate::audit::{Action, Event};
use crate::cases::code::CaseRef;
use crate::error::{Code, Error, Result};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A request that takes longer than this is given up.
const LONGEST: Duration = Duration::from_secs(30);
/// Names and values of all headers together. Twice as much is answered by the framework, without a word.
const MOST_HEADERS: usize = 64 * 1024;

/// For `actix_web::middleware::from_fn`, around the whole application.
pub async fn authenticate<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    let started = Instant::now();
    let request_id = RequestId::generate();
    let app = request.app_data::<Data<App>>().cloned();
    let deadline = tokio::time::Instant::now() + LONGEST;
    let (method, route) = (request.method().clone(), request.match_pattern());
    let line = Answered { request_id, started, method, route };
    let prepared = tokio::time::timeout_at(deadline, prepare(&mut request, app.as_ref(), request_id)).await;
    if let Err(error) = prepared.unwrap_or_else(|_| Err(timed_out())) {
        let response = refusal(&error, request_id);
        line.log(response.status());
        return Ok(request.into_response(response).map_into_right_body());
    }
    let answered = match tokio::time::timeout_at(deadline, next.call(request)).await {
        Ok(Ok(response)) => answer_error(response, app.as_ref(), request_id).await,
        Ok(Err(error)) => Err(own_error(&error)),
        Err(_) => Err(timed_out()),
    };
    let mut response = answered.map_err(|error| {
        let response = refusal(&error, request_id);
        line.log(response.status());
        InternalError::from_response(error, response)
    })?;
    finish(response.headers_mut(), request_id);
    line.log(response.status());
    Ok(response)
}

/// The line that every request leaves in the server's log.
struct Answered {
    request_id: RequestId,
    started: Instant,
    method: Method,
    /// The pattern and not the address: an address may hold a search text.
    route: Option<String>,
}

impl Answered {
    fn log(&self, status: StatusCode) {
        tracing::info!(
            request_id = %self.request_id,
            method = standard_name(&self.method),
            route = self.route.as_deref().unwrap_or("-"),
            status = status.as_u16(),
            micros = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX),
            "answered"
        );
    }
}

fn timed_out() -> Error {
    Error::new(Code::TimedOut, "Send it again; with the same Idempotency-Key nothing is done twice.")
}

/// The answer of an error that no handler gave.
fn refusal(error: &Error, request_id: RequestId) -> HttpResponse {
    log(error, request_id);
    let mut response = problem::response(error, Some(request_id.to_string()));
    finish(response.headers_mut(), request_id);
    response
}

/// What every answer bears.
fn finish(headers: &mut HeaderMap, request_id: RequestId) {
    if let Ok(value) = HeaderValue::from_str(request_id.as_str()) {
        headers.insert(REQUEST_ID, value);
    }
    for (name, value) in [
        (CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
        (HeaderName::from_static("referrer-policy"), "no-referrer"),
        (HeaderName::from_static("x-frame-options"), "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

async fn prepare(request: &mut ServiceRequest, app: Option<&Data<App>>, request_id: RequestId) -> Result<()> {
    refuse_large_headers(request.headers())?;
    let address = app.and_then(|app| app.proxies.client(request));
    if let Some((app, token)) = app.zip(token(request)) {
        let actor = match app.tokens.verify(&token) {
            Some(bearer) => actor_of(&app.db, bearer).await?,
            None => actor_of_key(&app.db, &token, address).await?,
        };
        if let Some(actor) = actor {
            request.extensions_mut().insert(actor);
        }
    }
    let mut context = match app {
        Some(app) => RequestContext::new(request_id, Assurance { rule: app.factors, at: app.clock.now() }),
        None => RequestContext::of_nobody(request_id),
    };
    context.address = address;
    let known = request.extensions().get::<Actor>().is_some();
    if let Some(app) = app.filter(|_| known) {
        context.idempotency = idempotency::take(request, &app.keyring).await?;
    }
    request.extensions_mut().insert(context);
    Ok(())
}

fn refuse_large_headers(headers: &HeaderMap) -> Result<()> {
    let size: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if size > MOST_HEADERS {
        return Err(Error::new(Code::HeadersTooLarge, "All headers together have at most 64 KiB."));
    }
    Ok(())
}

fn token(request: &ServiceRequest) -> Option<String> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// Replaces the answer of a failed handler by one that has the request id, after putting on the record a refusal by
/// role, and a stored value that did not open: what cannot be recorded is not answered.
async fn answer_error<B: MessageBody + 'static>(
    response: ServiceResponse<B>,
    app: Option<&Data<App>>,
    request_id: RequestId,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>> {
    let Some(error) = response.response().error() else { return Ok(response.map_into_left_body()) };
    let mut error = own_error(error);
    let actor = response.request().extensions().get::<Actor>().cloned();
    let refused = error.is_refusal() && !error.is_recorded();
    let action = match error.code() {
        Code::StoredValueDamaged => Some(Action::SealBroken),
        _ => refused.then_some(Action::AccessRefuse),
    };
    if let Some(((app, actor), action)) = app.zip(actor).zip(action) {
        let event = about_request(action, response.request());
        let asked_for = response.request().extensions().get::<AskedFor>().copied();
        let origin = Origin {
            actor: Some(actor.user),
            role: Some(actor.role),
            session: Some(actor.session),
            request: request_id,
            permission: asked_for.map_or("-", |AskedFor(permission)| permission),
        };
        let recorded = match action {
            Action::AccessRefuse => app.db.record_refusal(event, origin, error.code()).await,
            _ => app.db.record_failure(event, origin, error.code()).await,
        };
        if let Err(unrecorded) = recorded {
            error = unrecorded;
        }
    }
    log(&error, request_id);
    let answer = problem::response(&error, Some(request_id.to_string()));
    Ok(response.into_response(answer).map_into_right_body())
}

/// What became of a request as a whole.
fn about_request(action: Action, request: &HttpRequest) -> Event {
    let event = Event::new(action)
        .detail("method", standard_name(request.method()))
        .detail("route", request.match_pattern().unwrap_or_default());
    // Only what has the form of an id or a code, as it is written, may stand on the log.
    match request.match_info().get("case").map(str::parse::<CaseRef>) {
        Some(Ok(case)) => event.asked_for(case),
        _ => event,
    }
}

/// Errors of the framework become ours; what is none of ours is not told.
fn own_error(error: &actix_web::Error) -> Error {
    if let Some(own) = error.as_error::<Error>() {
        return own.duplicate();
    }
    let status = error.as_response_error().status_code();
    match Code::ALL.iter().find(|code| code.status() == status) {
        Some(code) if status.is_client_error() => Error::new(*code, code.title()),
        _ if status.is_client_error() => {
            Error::new(Code::MalformedRequest, "The request is not well formed.")
        }
        _ => Error::internal(anyhow::anyhow!("{error}")),
    }
}

/// The methods of HTTP (RFC 9110 and 5789); any other is a word of the client's own.
fn standard_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::TRACE => "TRACE",
        Method::CONNECT => "CONNECT",
        _ => "OTHER",
    }
}

fn log(error: &Error, request_id: RequestId) {
    if let Some(cause) = error.cause() {
        tracing::error!(%request_id, code = error.code().as_str(), ?cause, "failed");
    }
}
