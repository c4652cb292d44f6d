//! Changing what a case's row says, and restricting a case to its team.

use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::CaseView;
use crate::access::Permit;
use crate::access::permissions::{CaseRestrict, CaseUpdate};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases::code::CaseRef;
use crate::cases::codes::{AgeBand, Risk, Sex};
use crate::cases::model::CasePatch;
use crate::cases::store;
use crate::db::types::Country;
use crate::error::Result;
use crate::http::{Body, IfMatch, Path, Versioned, patch};

/// What to change of a case; members that are absent stay as they are (RFC 7396).
#[derive(Deserialize, ToSchema, Clone)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"risk": "critical", "destination_country": "KOR"}))]
pub struct CasePatchRequest {
    /// Risk.
    #[serde(default, deserialize_with = "patch::required")]
    #[schema(nullable = false)]
    risk: Option<Risk>,
    /// Sex.
    #[serde(default, deserialize_with = "patch::required")]
    #[schema(nullable = false)]
    sex: Option<Sex>,
    /// Age band.
    #[serde(default, deserialize_with = "patch::required")]
    #[schema(nullable = false)]
    age_band: Option<AgeBand>,
    /// Where the person fled from.
    #[serde(default, deserialize_with = "patch::required")]
    #[schema(nullable = false)]
    origin_country: Option<Country>,
    /// Where the person means to live; null when that is no longer known.
    #[serde(default, deserialize_with = "patch::removable")]
    #[schema(value_type = Option<Country>)]
    destination_country: Option<Option<Country>>,
}

impl CasePatchRequest {
    fn fields(&self) -> [(&'static str, bool); 5] {
        [
            ("risk", self.risk.is_some()),
            ("sex", self.sex.is_some()),
            ("age_band", self.age_band.is_some()),
            ("origin_country", self.origin_country.is_some()),
            ("destination_country", self.destination_country.is_some()),
        ]
    }

    fn patch(&self) -> CasePatch {
        CasePatch {
            risk: self.risk,
            sex: self.sex,
            age_band: self.age_band,
            origin_country: self.origin_country,
            destination_country: self.destination_country,
            ..CasePatch::default()
        }
    }
}

/// `PATCH /v1/cases/{case}`
pub async fn update_case(
    permit: Permit<CaseUpdate>,
    app: Data<App>,
    path: Path<CaseRef>,
    if_match: IfMatch,
    body: Body<CasePatchRequest>,
) -> Result<Versioned<CaseView>> {
    let (reference, request) = (path.0, body.0);
    let event = Event::new(Action::CaseUpdate).asked_for(reference).fields(request.fields());
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = store::find(tx, permit, &reference)?;
        if_match.check(case.version)?;
        Ok(CaseView::from(store::update(tx, &case, &request.patch())?))
    });
    Ok(Versioned(view.await?))
}

/// Whether only the team may reach the case.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"restricted": true}))]
pub struct RestrictionRequest {
    /// True: only the team. False: the hub's coordinators too.
    restricted: bool,
}

/// `PUT /v1/cases/{case}/restriction`
pub async fn restrict_case(
    permit: Permit<CaseRestrict>,
    app: Data<App>,
    path: Path<CaseRef>,
    if_match: IfMatch,
    body: Body<RestrictionRequest>,
) -> Result<Versioned<CaseView>> {
    let (reference, request) = (path.0, body.0);
    let event =
        Event::new(Action::CaseRestrict).asked_for(reference).detail("restricted", request.restricted);
    let view = app.db.write(permit, event, move |tx, permit| {
        let case = store::find(tx, permit, &reference)?;
        if_match.check(case.version)?;
        Ok(CaseView::from(store::restrict(tx, permit, &case, request.restricted)?))
    });
    Ok(Versioned(view.await?))
}
