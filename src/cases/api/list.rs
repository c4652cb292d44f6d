//! Listing cases.

use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::CaseView;
use crate::access::permissions::CaseList;
use crate::access::{HubId, Permit, UserId};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases::codes::{Risk, Stage, Status};
use crate::cases::store::{self, CaseListFilter, CaseOrder};
use crate::db::types::Timestamp;
use crate::error::{Error, Result};
use crate::http::{ListQuery, Page};
use crate::network::model::ShelterId;

/// Narrowing and order of a list of cases.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CaseListQuery {
    /// Only this stage.
    stage: Option<Stage>,
    /// Only this status.
    status: Option<Status>,
    /// Only this hub.
    hub: Option<HubId>,
    /// Only those who stay in this shelter now.
    shelter: Option<ShelterId>,
    /// Only this risk.
    risk: Option<Risk>,
    /// Only cases on whose team this user is: an id, or `me`.
    #[param(example = "me")]
    assigned: Option<String>,
    /// Only cases changed at or after this moment.
    updated_since: Option<Timestamp>,
    /// `-updated_at` when not said; also `updated_at`, `opened_on`, `-opened_on`.
    #[param(example = "-updated_at")]
    sort: Option<String>,
}

impl CaseListQuery {
    fn filter(&self, permit: &Permit<CaseList>) -> Result<CaseListFilter> {
        let assigned = match self.assigned.as_deref() {
            None => None,
            Some("me") => Some(permit.person()?),
            Some(id) => Some(
                id.parse::<UserId>()
                    .map_err(|_| Error::malformed_field("assigned", "Send a user's id, or `me`."))?,
            ),
        };
        Ok(CaseListFilter {
            stage: self.stage,
            status: self.status,
            hub: self.hub,
            shelter: self.shelter,
            risk: self.risk,
            assigned,
            updated_since: self.updated_since,
        })
    }

    fn order(&self) -> Result<CaseOrder> {
        match self.sort.as_deref() {
            None | Some("-updated_at") => Ok(CaseOrder::UpdatedLastFirst),
            Some("updated_at") => Ok(CaseOrder::Updated),
            Some("opened_on") => Ok(CaseOrder::Opened),
            Some("-opened_on") => Ok(CaseOrder::OpenedLastFirst),
            Some(_) => Err(Error::malformed_field(
                "sort",
                "Sort by updated_at or opened_on, with `-` before it for the last first.",
            )),
        }
    }
}

/// The reading, with what it was narrowed by: what was looked for tells more than what was found.
fn event(filter: &CaseListFilter) -> Event {
    Event::new(Action::CaseList).narrowed_by([
        ("assigned", filter.assigned.map(|user| user.to_string())),
        ("hub", filter.hub.map(|hub| hub.to_string())),
        ("risk", filter.risk.map(|risk| risk.to_string())),
        ("shelter", filter.shelter.map(|shelter| shelter.to_string())),
        ("stage", filter.stage.map(|stage| stage.to_string())),
        ("status", filter.status.map(|status| status.to_string())),
        ("updated_since", filter.updated_since.map(|moment| moment.to_string())),
    ])
}

/// `GET /v1/cases`
pub async fn list_cases(
    permit: Permit<CaseList>,
    app: Data<App>,
    query: ListQuery<CaseListQuery>,
) -> Result<Page<CaseView>> {
    let ListQuery { filter, page } = query;
    let (filter, order, limit, start) =
        (filter.filter(&permit)?, filter.order()?, page.limit(), page.start()?);
    let seen = app
        .db
        .read(permit, event(&filter), move |tx, permit| store::list(tx, permit, &filter, order, start, limit))
        .await?;
    Page::of(seen.value, &page, |case| order.key(case), CaseView::from)
}
