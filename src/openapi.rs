//! The OpenAPI document, built from the route table and the types in the handlers' signatures.

use actix_web::http::Method;
use actix_web::web::ServiceConfig;
use utoipa::openapi::path::{HttpMethod, Paths};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::{Tag, TagBuilder};
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, License, LicenseBuilder, OpenApi, OpenApiBuilder, ServerBuilder,
};
use utoipa_swagger_ui::SwaggerUi;

use crate::error::Code;
use crate::http::describe::Schemas;
use crate::routes;

const ABOUT: &str = "Case management for networks of shelters that bring people in hiding to safety.\n\n\
    Log in with `POST /v1/sessions` and send the access token as `Authorization: Bearer ...`. \
    Everything that is read or done is on the record before it is answered. \
    What is not yours is answered exactly like what is not there.\n\n\
    Errors are problems (RFC 9457): act on their `code`. Change what has an `ETag` with `If-Match`. \
    A POST may carry an `Idempotency-Key`, and may then be sent again without being done again.";

/// Tag, what it is about, and the parts of an address that lead to it; the first that fits is taken.
const TAGS: &[(&str, &str, &[&str])] = &[
    (
        "records",
        "What is known of a person, sealed, group by group",
        &["identity", "contact", "family", "protection", "health", "legal", "passage"],
    ),
    ("shelter", "Shelters and who stays in them", &["stays", "shelters"]),
    ("transit", "Journeys, one leg at a time", &["journeys"]),
    ("asylum", "Asylum applications", &["applications"]),
    ("resettlement", "Resettlement to a country that takes the person in", &["resettlements"]),
    ("audit", "What was seen and done", &["access-log", "audit"]),
    ("cases", "Cases: one person each, as far as they cannot be recognised", &["cases"]),
    ("reports", "Figures", &["reports"]),
    ("accounts", "Logging in, users, hubs", &["sessions", "me", "users", "hubs", "jwks.json"]),
    ("server", "The server itself and its code lists", &["health", "ready", "code-lists"]),
];

/// The document.
#[must_use]
pub fn document() -> OpenApi {
    let (mut paths, mut schemas) = (Paths::new(), Schemas::new());
    for route in routes::all() {
        // Whatever is sent to a merged case is told where the case went, and to an erased one that nothing is left.
        let gone: &[Code] = if changes_a_case(&route.method, route.path) {
            &[Code::CaseErased, Code::CaseMerged]
        } else {
            &[]
        };
        let described = (route.describe)().refusing(route.refusals).refusing(gone);
        let (operation, mut named) = described.operation(
            &route.operation,
            route.summary,
            tag(route.path),
            route.method == Method::POST,
            route.path,
        );
        schemas.append(&mut named);
        paths.add_path_operation(route.path, vec![method(&route.method)], operation);
    }
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The access token of a session, ten minutes long."))
        .build();
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Waystation")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(ABOUT))
                .license(Some(license()))
                .build(),
        )
        .servers(Some([ServerBuilder::new().url("/").description(Some("This server")).build()]))
        .tags(Some(tags()))
        .paths(paths)
        .components(Some(
            ComponentsBuilder::new()
                .schemas_from_iter(schemas)
                .security_scheme("access_token", SecurityScheme::Http(token))
                .build(),
        ))
        .build()
}

/// Registers `/openapi.json` and its viewer under `/docs/`. The viewer is in the binary: nothing is
/// fetched from anywhere.
pub fn configure(config: &mut ServiceConfig) {
    config.service(SwaggerUi::new("/docs/{_:.*}").url("/openapi.json", document()));
}

/// The name is also the SPDX expression.
fn license() -> License {
    let name = env!("CARGO_PKG_LICENSE");
    LicenseBuilder::new().name(name).identifier(Some(name)).build()
}

fn tags() -> Vec<Tag> {
    TAGS.iter()
        .map(|(name, about, _)| TagBuilder::new().name(*name).description(Some(*about)).build())
        .collect()
}

fn tag(path: &str) -> &'static str {
    let leads_here = |parts: &[&str]| path.split('/').any(|segment| parts.contains(&segment));
    TAGS.iter().find(|(_, _, parts)| leads_here(parts)).map_or("server", |(name, _, _)| *name)
}

fn changes_a_case(method: &Method, path: &str) -> bool {
    *method != Method::GET && path.starts_with("/v1/cases/{case}")
}

fn method(method: &Method) -> HttpMethod {
    match *method {
        Method::POST => HttpMethod::Post,
        Method::PUT => HttpMethod::Put,
        Method::PATCH => HttpMethod::Patch,
        Method::DELETE => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_in_the_document_under_its_own_name() {
        let document = document();
        let mut names = Vec::new();
        for route in routes::all() {
            let operation = document.paths.get_path_operation(route.path, method(&route.method));
            let operation = operation.unwrap_or_else(|| panic!("{} {}", route.method, route.path));
            names.push(operation.operation_id.clone().unwrap());
        }
        names.sort();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "two operations have one name");
    }

    #[test]
    fn every_schema_that_is_referred_to_is_there() {
        let text = serde_json::to_value(document()).unwrap();
        let schemas = text["components"]["schemas"].as_object().unwrap();
        let mut rest = vec![&text];
        while let Some(value) = rest.pop() {
            match value {
                serde_json::Value::Object(members) => {
                    if let Some(reference) = members.get("$ref").and_then(serde_json::Value::as_str) {
                        let name = reference.trim_start_matches("#/components/schemas/");
                        assert!(schemas.contains_key(name), "{reference}");
                    }
                    rest.extend(members.values());
                }
                serde_json::Value::Array(values) => rest.extend(values),
                _ => {}
            }
        }
    }

    #[test]
    fn no_two_types_are_described_under_one_name() {
        let mut known = std::collections::BTreeMap::new();
        for route in routes::all() {
            let (_, named) = (route.describe)().operation("", "", "", false, route.path);
            for (name, schema) in named {
                let other = known.insert(name.clone(), schema.clone()).filter(|other| *other != schema);
                assert!(other.is_none(), "two types are described as `{name}`: rename one");
            }
        }
    }

    #[test]
    fn an_address_is_found_under_what_it_is_about() {
        assert_eq!(tag("/v1/cases/{case}/identity"), "records");
        assert_eq!(tag("/v1/cases/{case}/team"), "cases");
        assert_eq!(tag("/v1/users/{user}/hubs/{hub}"), "accounts");
        assert_eq!(tag("/ready"), "server");
    }
}
