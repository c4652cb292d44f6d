//! Opening a case: the row, its key, the first stretch of its history, and the opener's place on the team.

use std::sync::Arc;

use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::CaseView;
use crate::access::permissions::CaseCreate;
use crate::access::{CaseId, HubId, Permit};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases::code::CaseCode;
use crate::cases::codes::{AgeBand, Risk, Sex, Stage, Status};
use crate::cases::model::{Case, NewCase};
use crate::cases::{rules, store};

use crate::crypto::Keyring;
use crate::db::WriteTx;
use crate::db::types::{Country, Day};
use crate::error::{Error, Result};
use crate::http::{Body, Created};
use crate::machine::latest_day;
use crate::network;

/// A case to open.
#[derive(Deserialize, ToSchema, Clone)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "hub_id": "1a5w8z0v4n9qx2c7m1b6t8r4ye", "sex": "female", "age_band": "18-59", "origin_country": "PRK",
    "destination_country": "KOR", "risk": "high", "opened_on": "2006-08-01"
}))]
pub struct NewCaseRequest {
    /// An open hub of yours.
    hub_id: HubId,
    /// Sex.
    sex: Sex,
    /// Age band.
    age_band: AgeBand,
    /// Where the person fled from.
    origin_country: Country,
    /// Where the person means to live, when that is known.
    #[serde(default)]
    destination_country: Option<Country>,
    /// Risk.
    risk: Risk,
    /// The day help began; not in the future.
    opened_on: Day,
    /// The stage in which the person was met; `shelter` when not said.
    #[serde(default)]
    stage: Option<Stage>,
    /// Whether only the team may reach it.
    #[serde(default)]
    restricted: bool,
}

/// `POST /v1/cases`
pub async fn create_case(
    permit: Permit<CaseCreate>,
    app: Data<App>,
    body: Body<NewCaseRequest>,
) -> Result<Created<CaseView>> {
    let request = body.0;
    let keyring = Arc::clone(&app.keyring);
    let view = app
        .db
        .write(permit, Event::new(Action::CaseCreate), move |tx, permit| open(tx, permit, &keyring, &request))
        .await?;
    Ok(Created::at("/v1/cases/{id}", view))
}

fn open(
    tx: &mut WriteTx<'_>,
    permit: &Permit<CaseCreate>,
    keyring: &Keyring,
    request: &NewCaseRequest,
) -> Result<CaseView> {
    rules::open_case(request.opened_on, latest_day(tx.now())).map_err(Error::unmet)?;
    network::store::require_open_hub(tx, permit, request.hub_id)?;
    let opener = permit.person()?;
    let id = CaseId::generate();
    let new = NewCase {
        id,
        code: CaseCode::generate(),
        hub_id: request.hub_id,
        stage: request.stage.unwrap_or(Stage::Shelter),
        status: Status::Active,
        risk: request.risk,
        sex: request.sex,
        age_band: request.age_band,
        origin_country: request.origin_country,
        destination_country: request.destination_country,
        restricted: request.restricted,
        opened_on: request.opened_on,
        since: request.opened_on,
        created_by: opener,
        created_at: tx.now(),
        updated_at: tx.now(),
        version: 1,
    };
    let (_, wrapped) = keyring.new_case_key(id)?;
    store::insert(tx, &new, wrapped)?;
    store::periods::insert_first(tx, &new)?;
    store::team::insert_opener(tx, id, opener)?;
    Ok(Case::from(new).into())
}
