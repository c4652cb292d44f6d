//! What every request may use, and the application built from it.

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use chrono::TimeDelta;

use crate::access::FactorRule;
use crate::accounts::access_token::AccessTokens;
use crate::accounts::gate::Gate;
use crate::accounts::password::Passwords;
use crate::audit::checkpoint::Notary;
use crate::cases::search::index::Index;
use crate::clock::Clock;
use crate::crypto::Keyring;
use crate::db::Db;
use crate::door::SealSwitch;
use crate::error::Error;
use crate::http;
use crate::http::client_address::TrustedProxies;
use crate::notices::mail::sender::Sender;
use crate::retention;
use crate::verifier::Policy;

/// Built once at the start and passed on; there are no globals.
pub struct App {
    /// The two ways to the data.
    pub db: Db,
    /// Signs the log.
    pub notary: Notary,
    /// Who watches the log, and how many of them must have cosigned it.
    pub witnesses: Option<Arc<Policy>>,
    /// The names that can be searched, in memory alone.
    pub search: Arc<Index>,
    /// All keys, unwrapped.
    pub keyring: Arc<Keyring>,
    /// Makes and checks access tokens.
    pub tokens: AccessTokens,
    /// Hashes and checks passwords.
    pub passwords: Passwords,
    /// Bounds how often anybody may guess.
    pub gate: Gate,
    /// Which roles need a second factor.
    pub factors: FactorRule,
    /// How long an account may lie idle before it is suspended; none: for as long as it likes.
    pub longest_idle: Option<TimeDelta>,
    /// Tells people by e-mail that something waits, where the operator has a mail server.
    pub mail: Option<Sender>,
    /// Who may say where a request comes from.
    pub proxies: TrustedProxies,
    /// How long people whose cases are closed are kept.
    pub retention: retention::Policy,
    /// Seals the server.
    pub seal: SealSwitch,
    /// Time.
    pub clock: Clock,
}

/// The whole application: every route behind the one middleware.
pub fn build(
    app: Data<App>,
) -> actix_web::App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    actix_web::App::new()
        .app_data(app)
        .app_data(web::PayloadConfig::new(http::body::LARGEST))
        .wrap(from_fn(http::authenticate::authenticate))
        .configure(crate::routes::configure)
        .configure(crate::openapi::configure)
        .default_service(web::to(unknown_address))
}

async fn unknown_address() -> Result<http::NoContent, Error> {
    // Nothing was refused: there is no such address for anybody.
    Err(Error::not_found().mark_recorded())
}
