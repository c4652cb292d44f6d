//! The code lists, for clients that show labels and offer choices.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{LISTS, List};
use crate::access::Permit;
use crate::access::permissions::CodeListRead;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::error::{Error, Result};
use crate::http::path::PathSegment;
use crate::http::{Page, Path};

impl PathSegment for List {
    const ABOUT: &'static str = "The list's name.";

    fn parse(text: &str) -> Result<Self> {
        Self::named(text).ok_or_else(Error::not_found)
    }

    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .enum_values(Some(LISTS.iter().map(|list| list.name)))
            .examples(["stages"])
            .into()
    }
}

/// A code list.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"name": "stages", "source": "Waystation", "codes": 4}))]
pub struct CodeListView {
    /// Its name.
    name: String,
    /// Where its codes come from.
    source: String,
    /// How many codes it has.
    codes: usize,
}

/// `GET /v1/code-lists`
pub async fn list_code_lists(permit: Permit<CodeListRead>, app: Data<App>) -> Result<Page<CodeListView>> {
    app.db.read(permit, Event::new(Action::CodeListRead), |_, _| Ok(())).await?;
    let views = LISTS.iter().map(|list| CodeListView {
        name: list.name.to_owned(),
        source: list.source.to_owned(),
        codes: list.codes().len(),
    });
    Ok(Page::whole(views.collect()))
}

/// One code of a list.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"code": "shelter", "label": "Hidden in a shelter"}))]
pub struct CodeView {
    /// As stored and sent.
    code: String,
    /// What it means.
    label: String,
}

/// `GET /v1/code-lists/{list}`
pub async fn get_code_list(
    permit: Permit<CodeListRead>,
    app: Data<App>,
    path: Path<List>,
) -> Result<Page<CodeView>> {
    let list = path.0;
    app.db.read(permit, Event::new(Action::CodeListRead).subject(list.name), |_, _| Ok(())).await?;
    let views = list
        .codes()
        .into_iter()
        .map(|code| CodeView { code: code.code.to_owned(), label: code.label.to_owned() });
    Ok(Page::whole(views.collect()))
}
