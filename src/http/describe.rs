//! The OpenAPI description of an endpoint, read off the types in its handler's signature.
//!
//! A handler says once what it takes and gives; nothing is written beside it that could drift.

use std::collections::BTreeMap;
use std::future::Future;

use actix_web::web::Data;
use utoipa::openapi::path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder, ResponsesBuilder};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, HeaderBuilder, Ref, RefOr, Required, Schema};
use utoipa::{IntoParams, PartialSchema as _, ToSchema};

use super::cursor::CursorParameter;
use super::export::Export;
use super::page::PageParameters;
use super::path::PathParameters;
use super::table::{Table, Tabular};
use super::{
    Body, Created, CursorQuery, Done, IfMatch, Issued, Json, ListQuery, NoContent, Octets, Page, Path,
    PlainText, Query, Versioned, WriteCondition,
};
use crate::access::{Permission, Permit};
use crate::app::App;
use crate::error::Code;

/// Schemas with their names.
pub type Schemas = Vec<(String, RefOr<Schema>)>;

/// The example on a type, for what wraps it.
#[must_use]
pub fn example_of<T: ToSchema>() -> Option<serde_json::Value> {
    let mut schema = serde_json::to_value(T::schema()).ok()?;
    schema.get_mut("example").map(serde_json::Value::take)
}

/// What is gathered about one endpoint.
#[derive(Default)]
pub struct Description {
    parameters: Vec<Parameter>,
    path: Vec<(RefOr<Schema>, &'static str)>,
    body: Option<RefOr<Schema>>,
    answer: Option<(&'static str, Response)>,
    errors: Vec<Code>,
    /// The permission that the permit in the signature is for.
    pub permission: Option<&'static crate::access::permissions::Row>,
    schemas: Schemas,
}

impl Description {
    fn schema<T: ToSchema>(&mut self) -> RefOr<Schema> {
        self.schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(&mut self.schemas);
        RefOr::Ref(Ref::from_schema_name(T::name()))
    }

    fn header(&mut self, name: &str, about: &str, required: Required, example: &str) {
        self.parameters.push(
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Header)
                .required(required)
                .description(Some(about))
                .schema(Some(String::schema()))
                .example(Some(example.into()))
                .build(),
        );
    }

    /// Adds the codes that the handler's rules may answer.
    #[must_use]
    pub fn refusing(mut self, codes: &[Code]) -> Self {
        self.errors.extend(codes);
        self
    }

    /// Completes it with what the route's line says; the operation, and every schema that it names.
    #[must_use]
    pub fn operation(
        mut self,
        name: &str,
        summary: &str,
        tag: &str,
        post: bool,
        path: &str,
    ) -> (Operation, Schemas) {
        let names: Vec<&str> = path.split(['{', '}']).skip(1).step_by(2).collect();
        let mut parameters: Vec<Parameter> = names
            .iter()
            .zip(std::mem::take(&mut self.path))
            .map(|(name, (schema, about))| {
                ParameterBuilder::new()
                    .name(*name)
                    .parameter_in(ParameterIn::Path)
                    .required(Required::True)
                    .description(Some(about))
                    .schema(Some(schema))
                    .build()
            })
            .collect();
        if post && self.permission.is_some() {
            self.header(
                super::idempotency::HEADER,
                "One request however often it is sent: the same key and body get the same answer.",
                Required::False,
                "7b1c0f6e-2d0a-4a55-9f0e-0d6f0a6a1f11",
            );
            self.errors.extend([Code::MalformedRequest, Code::IdempotencyKeyReused]);
        }
        parameters.append(&mut self.parameters);
        let mut operation = OperationBuilder::new()
            .operation_id(Some(name))
            .summary(Some(summary))
            .description(Some(self.about(summary)))
            .tag(tag)
            .responses(self.responses());
        if !parameters.is_empty() {
            operation = operation.parameters(Some(parameters));
        }
        if self.permission.is_some() {
            operation = operation.security(SecurityRequirement::new("access_token", Vec::<String>::new()));
        } else {
            operation = operation.securities(Some(Vec::<SecurityRequirement>::new()));
        }
        if let Some(body) = self.body {
            let content = ContentBuilder::new().schema(Some(body)).build();
            operation = operation.request_body(Some(
                RequestBodyBuilder::new()
                    .content("application/json", content)
                    .required(Some(Required::True))
                    .build(),
            ));
        }
        (operation.build(), self.schemas)
    }

    fn about(&self, summary: &str) -> String {
        match self.permission {
            None => format!("{summary}. Open to everybody."),
            Some(row) => {
                use crate::access::Role;
                use crate::db::types::CodeList as _;
                let who: Vec<String> = Role::all()
                    .iter()
                    .filter(|role| row.reach_of(**role) != crate::access::Reach::No)
                    .map(|role| format!("{role} ({})", row.reach_of(*role)))
                    .collect();
                format!("{summary}. Permission `{}`: {}.", row.name, who.join(", "))
            }
        }
    }

    fn responses(&mut self) -> utoipa::openapi::Responses {
        if let Some(row) = self.permission {
            self.errors.extend([Code::Unauthenticated, Code::Forbidden]);
            if !row.own_account {
                self.errors.extend([Code::SecondFactorNeeded, Code::Away]);
            }
            if row.step_up {
                self.errors.push(Code::StepUpNeeded);
            }
            if row.reach.contains(&crate::access::Reach::Lead) {
                self.errors.push(Code::CommandWithheld);
            }
        }
        self.errors.extend([
            // Of a query that is not known, where nothing else is malformed.
            Code::MalformedRequest,
            Code::HeadersTooLarge,
            Code::Overloaded,
            Code::Unavailable,
            Code::Sealed,
            Code::TimedOut,
            Code::Internal,
        ]);
        let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
        for code in &self.errors {
            let codes = by_status.entry(code.status().as_u16()).or_default();
            if !codes.contains(code) {
                codes.push(*code);
            }
        }
        let problem = self.schema::<super::problem::Problem>();
        let mut responses = ResponsesBuilder::new();
        if let Some((status, response)) = self.answer.take() {
            responses = responses.response(status, response);
        }
        for (status, codes) in by_status {
            let about: Vec<String> =
                codes.iter().map(|code| format!("`{}`: {}", code.as_str(), code.title())).collect();
            let content = ContentBuilder::new().schema(Some(problem.clone())).build();
            let response = ResponseBuilder::new()
                .description(about.join("; "))
                .content("application/problem+json", content)
                .build();
            responses = responses.response(status.to_string(), response);
        }
        responses.build()
    }
}

/// Something in a handler's arguments.
pub trait DescribeArgument {
    /// Whether it reads the query of the address, and so refuses what it does not know of it.
    const READS_QUERY: bool = false;
    /// Adds what it means for the client.
    fn describe(description: &mut Description);
}

/// What a handler gives.
pub trait DescribeAnswer {
    /// Adds the good answer.
    fn describe(description: &mut Description);
}

impl<P: Permission> DescribeArgument for Permit<P> {
    fn describe(description: &mut Description) {
        description.permission = Some(const { &P::ROW });
    }
}

impl DescribeArgument for Data<App> {
    fn describe(_: &mut Description) {}
}

impl DescribeArgument for super::context::RequestContext {
    fn describe(_: &mut Description) {}
}

impl DescribeArgument for actix_web::HttpRequest {
    fn describe(_: &mut Description) {}
}

impl<T: PathParameters> DescribeArgument for Path<T> {
    fn describe(description: &mut Description) {
        description.path = T::describe();
        description.errors.extend(T::refusals());
    }
}

impl<T: IntoParams> DescribeArgument for Query<T> {
    const READS_QUERY: bool = true;

    fn describe(description: &mut Description) {
        description.parameters.extend(T::into_params(|| Some(ParameterIn::Query)));
        description.errors.push(Code::MalformedRequest);
    }
}

impl<F: IntoParams> DescribeArgument for ListQuery<F> {
    const READS_QUERY: bool = true;

    fn describe(description: &mut Description) {
        description.parameters.extend(F::into_params(|| Some(ParameterIn::Query)));
        description.parameters.extend(PageParameters::into_params(|| Some(ParameterIn::Query)));
        description.errors.push(Code::MalformedRequest);
    }
}

impl<F: IntoParams> DescribeArgument for CursorQuery<F> {
    const READS_QUERY: bool = true;

    fn describe(description: &mut Description) {
        description.parameters.extend(F::into_params(|| Some(ParameterIn::Query)));
        description.parameters.extend(CursorParameter::into_params(|| Some(ParameterIn::Query)));
        description.errors.extend([Code::MalformedRequest, Code::InvalidCursor]);
    }
}

impl<T: ToSchema> DescribeArgument for Body<T> {
    fn describe(description: &mut Description) {
        description.body = Some(description.schema::<T>());
        description.errors.extend([
            Code::MalformedRequest,
            Code::PayloadTooLarge,
            Code::UnsupportedMediaType,
            Code::InvalidFields,
        ]);
    }
}

impl DescribeArgument for IfMatch {
    fn describe(description: &mut Description) {
        description.header("If-Match", "The ETag of the version that is changed.", Required::True, "\"3\"");
        description.errors.extend([
            Code::MalformedRequest,
            Code::PreconditionRequired,
            Code::PreconditionFailed,
        ]);
    }
}

impl DescribeArgument for WriteCondition {
    fn describe(description: &mut Description) {
        description.header("If-Match", "The ETag of the version that is replaced.", Required::False, "\"3\"");
        description.header("If-None-Match", "`*` to write the first version.", Required::False, "*");
        description.errors.extend([
            Code::MalformedRequest,
            Code::PreconditionRequired,
            Code::PreconditionFailed,
        ]);
    }
}

impl<T: DescribeAnswer> DescribeAnswer for crate::error::Result<T> {
    fn describe(description: &mut Description) {
        T::describe(description);
    }
}

fn answer<T: ToSchema>(description: &mut Description, about: &str) -> ResponseBuilder {
    let schema = description.schema::<T>();
    ResponseBuilder::new()
        .description(about)
        .content("application/json", ContentBuilder::new().schema(Some(schema)).build())
}

fn etag() -> utoipa::openapi::Header {
    HeaderBuilder::new()
        .schema(Some(String::schema()))
        .description(Some("The version; send it as If-Match to change it."))
        .build()
}

impl<T: ToSchema> DescribeAnswer for Json<T> {
    fn describe(description: &mut Description) {
        let response = answer::<T>(description, "As asked for").build();
        description.answer = Some(("200", response));
    }
}

impl<T: ToSchema> DescribeAnswer for Versioned<T> {
    fn describe(description: &mut Description) {
        let response = answer::<T>(description, "As it is now").header("ETag", etag()).build();
        description.answer = Some(("200", response));
    }
}

impl<T: ToSchema> DescribeAnswer for Created<T> {
    fn describe(description: &mut Description) {
        let location =
            HeaderBuilder::new().schema(Some(String::schema())).description(Some("Where it is.")).build();
        let response =
            answer::<T>(description, "Created").header("ETag", etag()).header("Location", location).build();
        description.answer = Some(("201", response));
    }
}

impl<T: ToSchema> DescribeAnswer for Issued<T> {
    fn describe(description: &mut Description) {
        let response = answer::<T>(description, "Issued").build();
        description.answer = Some(("201", response));
    }
}

impl<T: ToSchema> DescribeAnswer for Done<T> {
    fn describe(description: &mut Description) {
        Json::<T>::describe(description);
    }
}

impl DescribeAnswer for NoContent {
    fn describe(description: &mut Description) {
        description.answer = Some(("204", ResponseBuilder::new().description("Done").build()));
    }
}

fn raw(description: &mut Description, media_type: &str) {
    let content = ContentBuilder::new().schema(Some(String::schema())).build();
    let response = ResponseBuilder::new().description("As asked for").content(media_type, content).build();
    description.answer = Some(("200", response));
}

impl DescribeAnswer for PlainText {
    fn describe(description: &mut Description) {
        raw(description, "text/plain");
    }
}

impl DescribeAnswer for Octets {
    fn describe(description: &mut Description) {
        raw(description, "application/octet-stream");
    }
}

fn next_link() -> utoipa::openapi::Header {
    HeaderBuilder::new().schema(Some(String::schema())).description(Some("What follows, `rel=next`.")).build()
}

impl<T: ToSchema> DescribeAnswer for Page<T> {
    fn describe(description: &mut Description) {
        let response = answer::<Self>(description, "A page of the list").header("Link", next_link()).build();
        description.answer = Some(("200", response));
        description.errors.push(Code::InvalidCursor);
    }
}

impl<T: ToSchema + Tabular> DescribeAnswer for Table<T> {
    fn describe(description: &mut Description) {
        let csv = ContentBuilder::new().schema(Some(String::schema())).example(Some(T::CSV.into())).build();
        let response = answer::<T>(description, "As asked for").content("text/csv", csv).build();
        description.answer = Some(("200", response));
        description.errors.push(Code::NotAcceptable);
    }
}

impl DescribeAnswer for Export {
    fn describe(description: &mut Description) {
        let text = || ContentBuilder::new().schema(Some(String::schema())).build();
        let response = ResponseBuilder::new()
            .description("A part of the export")
            .content("application/jsonl", text())
            .content("text/csv", text())
            .header("Link", next_link())
            .build();
        description.answer = Some(("200", response));
        description.errors.push(Code::NotAcceptable);
    }
}

/// A handler whose signature describes it.
pub trait Endpoint<Arguments> {
    /// Whether one of the arguments reads the query of the address.
    const READS_QUERY: bool;
    /// Reads the description off the signature.
    fn describe(&self) -> Description;
}

macro_rules! endpoint {
    ($($argument:ident)*) => {
        impl<F, Fut, $($argument),*> Endpoint<($($argument,)*)> for F
        where
            F: Fn($($argument),*) -> Fut,
            Fut: Future,
            Fut::Output: DescribeAnswer,
            $($argument: DescribeArgument),*
        {
            const READS_QUERY: bool = false $(|| $argument::READS_QUERY)*;

            fn describe(&self) -> Description {
                #[allow(unused_mut, reason = "a handler without arguments describes its answer alone")]
                let mut description = Description::default();
                $($argument::describe(&mut description);)*
                <Fut::Output as DescribeAnswer>::describe(&mut description);
                description
            }
        }
    };
}

endpoint! {}
endpoint! { A }
endpoint! { A B }
endpoint! { A B C }
endpoint! { A B C D }
endpoint! { A B C D E }
endpoint! { A B C D E G }
