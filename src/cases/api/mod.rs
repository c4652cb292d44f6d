//! The case's own routes: what a client sends and sees of a case's row.

mod access_log;
mod create;
mod handover;
mod history;
mod list;
mod read;
mod records;
mod steps;
mod team;
mod update;
mod view;

pub use access_log::list_case_access;
pub use create::create_case;
pub use handover::hand_over_cases;
pub use history::{correct_case_history, get_case_history};
pub use list::list_cases;
pub use read::get_case;
pub use records::{get_record, get_record_version, list_record_versions, patch_record, put_record};
pub use steps::{close_case, move_case, reopen_case, set_case_status};
pub use team::{list_team, put_team_place, remove_team_place};
pub use update::{restrict_case, update_case};
pub use view::{CaseView, CaseWithMerged, NamedCase};

use super::code::{CaseCodeError, CaseRef};
use crate::error::{Code, Error, Result};
use crate::http::path::PathSegment;

impl PathSegment for CaseRef {
    const ABOUT: &'static str = "The case's id, or its code such as WS-7K3M-9QXV-R.";
    const REFUSALS: &'static [Code] = &[Code::NotFound, Code::InvalidCaseCode];

    fn parse(text: &str) -> Result<Self> {
        text.parse().map_err(|error| match error {
            CaseCodeError::Mistyped => Error::new(
                Code::InvalidCaseCode,
                "The check character does not fit: a character is wrong, or two are swapped.",
            ),
            CaseCodeError::Malformed => Error::not_found(),
        })
    }

    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .examples(["WS-7K3M-9QXV-R"])
            .into()
    }
}
