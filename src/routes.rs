//! All routes, one line each. The same table makes the router, the OpenAPI document and the walk of the
//! security tests.

use actix_web::Handler;
use actix_web::http::Method;
use actix_web::{
    Resource,
    web::{self, ServiceConfig},
};

use crate::error::{Code, Error, Result};
use crate::http::NoContent;
use crate::http::describe::{Description, Endpoint};
use crate::{accounts, cases};

/// One route.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The address, with `{parameters}`.
    pub path: &'static str,
    /// The handler's name, which is the operation's name.
    pub operation: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// What its signature says.
    pub describe: fn() -> Description,
    register: fn(Resource) -> Resource,
}

/// Declares the table.
///
/// `GET "/v1/me" => accounts::api::get_me, "Read one's own account";` expands to a [`Route`] whose
/// handler is registered under that method and address and described by its own signature.
macro_rules! routes {
    ($($method:ident $path:literal => $($handler:ident)::+ $(<$type:ty>)?, $summary:literal;)+) => {
        /// The table.
        #[must_use]
        pub fn all() -> Vec<Route> {
            vec![$(Route {
                method: Method::$method,
                path: $path,
                operation: routes!(@last $($handler)::+ $(<$type>)?),
                summary: $summary,
                describe: || Endpoint::describe(&$($handler)::+ $(::<$type>)?),
                register: |resource| register(resource, Method::$method, $($handler)::+ $(::<$type>)?),
            }),+]
        }
    };
    (@last $($handler:ident)::+) => { last_segment(stringify!($($handler)::+)) };
    (@last $($handler:ident)::+ <$type:ty>) => { last_segment(stringify!($($handler)::+)) };
}

routes! {
    POST   "/v1/cases" => cases::api::create_case, "Open a case";
    GET    "/v1/cases" => cases::api::list_cases, "List the cases within one's reach";
    GET    "/v1/cases/{case}" => cases::api::get_case, "Read a case";
}

fn last_segment(path: &'static str) -> &'static str {
    path.rsplit(':').next().unwrap_or(path).trim()
}

fn register<F, Args>(resource: Resource, method: Method, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: actix_web::Responder + 'static,
{
    resource.route(web::method(method).to(handler))
}

/// Registers every route; a known address with another method is told so.
pub fn configure(config: &mut ServiceConfig) {
    let mut by_path: Vec<(&str, Resource)> = Vec::new();
    for route in all() {
        let known = by_path.iter().position(|(path, _)| *path == route.path);
        let (path, resource) = match known {
            Some(index) => by_path.remove(index),
            None => (route.path, web::resource(route.path).default_service(web::to(other_method))),
        };
        by_path.push((path, (route.register)(resource)));
    }
    for (_, resource) in by_path {
        config.service(resource);
    }
}

async fn other_method() -> Result<NoContent> {
    Err(Error::new(Code::MethodNotAllowed, "See the OpenAPI document for the methods of this address."))
}
