//! Routes of hubs.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Hub, HubPatch};
use super::name::HubName;
use super::store;
use crate::access::permissions::{HubCreate, HubList, HubRead, HubUpdate};
use crate::access::{HubId, Permit};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::db::types::{Country, Timestamp};
use crate::error::Result;
use crate::http::reply::HasVersion;
use crate::http::{Body, Created, IfMatch, ListQuery, Page, Path, Unfiltered, Versioned, patch};
use crate::network::codes::HubState;

/// A hub.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "1a5w8z0v4n9qx2c7m1b6t8r4ye", "name": "River office", "country": "CHN", "state": "open",
    "created_at": "2026-03-01T09:00:00.000000Z", "updated_at": "2026-03-01T09:00:00.000000Z", "version": 1
}))]
pub struct HubView {
    /// Its id.
    pub id: HubId,
    /// Its name.
    pub name: HubName,
    /// Where it works.
    pub country: Country,
    /// Whether it takes new cases, shelters and members.
    pub state: HubState,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Its version, as in its ETag.
    pub version: i64,
}

impl From<Hub> for HubView {
    fn from(hub: Hub) -> Self {
        Self {
            id: hub.id,
            name: hub.name,
            country: hub.country,
            state: hub.state,
            created_at: hub.created_at,
            updated_at: hub.updated_at,
            version: hub.version,
        }
    }
}

impl HasVersion for HubView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// A hub to create.
#[derive(Deserialize, ToSchema, Clone)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "River office", "country": "CHN"}))]
pub struct NewHubRequest {
    /// Its name, one line; no two hubs have the same.
    name: HubName,
    /// Where it works.
    country: Country,
}

/// What to change of a hub; members that are absent stay as they are (RFC 7396).
#[derive(Deserialize, ToSchema, Clone)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"state": "closed"}))]
pub struct HubPatchRequest {
    /// Its name.
    #[serde(default, deserialize_with = "patch::required")]
    #[schema(nullable = false)]
    name: Option<HubName>,
    /// Where it works.
    #[serde(default, deserialize_with = "patch::required")]
    #[schema(nullable = false)]
    country: Option<Country>,
    /// Whether it takes new members.
    #[serde(default, deserialize_with = "patch::required")]
    #[schema(nullable = false)]
    state: Option<HubState>,
}

impl HubPatchRequest {
    fn fields(&self) -> [(&'static str, bool); 3] {
        [("name", self.name.is_some()), ("country", self.country.is_some()), ("state", self.state.is_some())]
    }

    fn patch(&self) -> HubPatch {
        HubPatch { name: self.name.clone(), country: self.country, state: self.state }
    }
}

/// `GET /v1/hubs`
pub async fn list_hubs(
    permit: Permit<HubList>,
    app: Data<App>,
    query: ListQuery<Unfiltered>,
) -> Result<Page<HubView>> {
    let (limit, start) = (query.page.limit(), query.page.start::<HubName>()?);
    let event = Event::new(Action::HubList);
    let seen = app
        .db
        .read(permit, event, move |tx, permit| store::list(tx, permit, start.as_ref(), limit + 1))
        .await?;
    Page::of(seen.value, &query.page, |hub| hub.name.clone(), HubView::from)
}

/// `POST /v1/hubs`
pub async fn create_hub(
    permit: Permit<HubCreate>,
    app: Data<App>,
    body: Body<NewHubRequest>,
) -> Result<Created<HubView>> {
    let request = body.0;
    let view = app
        .db
        .write(permit, Event::new(Action::HubCreate), move |tx, _| {
            store::create(tx, &request.name, request.country).map(HubView::from)
        })
        .await?;
    Ok(Created::at("/v1/hubs/{id}", view))
}

/// `GET /v1/hubs/{hub}`
pub async fn get_hub(
    permit: Permit<HubRead>,
    app: Data<App>,
    path: Path<HubId>,
) -> Result<Versioned<HubView>> {
    let id = path.0;
    let event = Event::new(Action::HubRead).subject(id);
    let seen = app.db.read(permit, event, move |tx, permit| store::find(tx, permit, id)).await?;
    Ok(Versioned::read(seen.value))
}

/// `PATCH /v1/hubs/{hub}`
pub async fn update_hub(
    permit: Permit<HubUpdate>,
    app: Data<App>,
    path: Path<HubId>,
    if_match: IfMatch,
    body: Body<HubPatchRequest>,
) -> Result<Versioned<HubView>> {
    let (id, request) = (path.0, body.0);
    let event = Event::new(Action::HubUpdate).subject(id).fields(request.fields());
    let view = app.db.write(permit, event, move |tx, permit| {
        let hub = store::find(tx, permit, id)?;
        if_match.check(hub.version)?;
        store::update(tx, &hub, &request.patch()).map(HubView::from)
    });
    Ok(Versioned(view.await?))
}
