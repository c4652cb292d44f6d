//! What a sealed server answers: that it lives, that it is sealed, and how far the opening has come.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use actix_web::{Resource, Route};

use super::{Sealed, api};
use crate::error::{Code, Error, Result};
use crate::health;
use crate::http::NoContent;
use crate::http::authenticate::authenticate;

/// Largest body: a share has some hundred characters.
const LARGEST: usize = 16 * 1024;

/// The application of a sealed server, behind the one middleware, which knows nobody here.
pub fn build(
    sealed: Data<Sealed>,
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
        .app_data(sealed)
        .app_data(web::PayloadConfig::new(LARGEST))
        .wrap(from_fn(authenticate))
        .service(only("/health", web::get().to(health::get_liveness)))
        .service(only("/v1/unseal", web::post().to(api::unseal_server)))
        .default_service(web::to(everything_else))
}

/// Another method of the address is like any other address.
fn only(path: &str, route: Route) -> Resource {
    web::resource(path).route(route).default_service(web::to(everything_else))
}

async fn everything_else() -> Result<NoContent> {
    Err(sealed())
}

/// One answer for whatever else is asked: not what there is, nor what would open it.
pub(super) fn sealed() -> Error {
    Error::new(Code::Sealed, "Try again later.").mark_recorded()
}
