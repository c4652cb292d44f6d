//! Shelters as clients see them: codename, beds and how many are free. Where a shelter is, is not here.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::codename::Codename;
use super::codes::ShelterState;
use super::model::{Beds, NewShelter, Shelter, ShelterId, ShelterPatch};
use super::rules;
use super::store::{self, ListKey, ShelterListFilter};
use crate::access::permissions::{ShelterCreate, ShelterList, ShelterRead, ShelterUpdate};
use crate::access::{HubId, Permit};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::db::WriteTx;
use crate::db::types::Timestamp;
use crate::error::{Error, Result};
use crate::http::reply::HasVersion;
use crate::http::{Body, Created, IfMatch, ListQuery, Page, Path, Versioned, patch};

/// A shelter.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "4k5w8z0v4n9qx2c7m1b6t8r4ye", "hub_id": "1a5w8z0v4n9qx2c7m1b6t8r4ye", "codename": "Larch",
    "beds": 6, "occupied": 4, "free": 2, "state": "open", "version": 1,
    "created_at": "2006-08-01T09:00:00.000000Z", "updated_at": "2006-08-01T09:00:00.000000Z"
}))]
pub struct ShelterView {
    /// Its id.
    id: ShelterId,
    /// The hub that runs it.
    hub_id: HubId,
    /// What it is called.
    codename: Codename,
    /// How many people may sleep in it.
    beds: i32,
    /// How many stay there now; known as of this answer, and no part of the version.
    occupied: i64,
    /// How many more could stay there.
    free: i64,
    /// Whether it may be used.
    state: ShelterState,
    /// Its version, as in its `ETag`.
    version: i64,
    /// When it was entered.
    created_at: Timestamp,
    /// When its row last changed.
    updated_at: Timestamp,
}

impl ShelterView {
    fn new(shelter: Shelter, occupied: i64) -> Self {
        Self {
            id: shelter.id,
            hub_id: shelter.hub_id,
            codename: shelter.codename,
            beds: shelter.beds,
            occupied,
            free: i64::from(shelter.beds) - occupied,
            state: shelter.state,
            version: shelter.version,
            created_at: shelter.created_at,
            updated_at: shelter.updated_at,
        }
    }
}

impl HasVersion for ShelterView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// Narrowing of a list of shelters.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShelterListQuery {
    /// Only this hub.
    hub: Option<HubId>,
    /// Only this state.
    #[param(example = "open")]
    state: Option<ShelterState>,
}

/// `GET /v1/shelters`
pub async fn list_shelters(
    permit: Permit<ShelterList>,
    app: Data<App>,
    query: ListQuery<ShelterListQuery>,
) -> Result<Page<ShelterView>> {
    let ListQuery { filter, page } = query;
    let filter = ShelterListFilter { hub: filter.hub, state: filter.state };
    let (limit, start) = (page.limit(), page.start::<ListKey>()?);
    let event = Event::new(Action::ShelterList).narrowed_by([
        ("hub", filter.hub.map(|hub| hub.to_string())),
        ("state", filter.state.map(|state| state.to_string())),
    ]);
    let seen = app.db.read(permit, event, move |tx, permit| {
        let shelters = store::list(tx, permit, filter, start.as_ref(), limit + 1)?;
        let occupancy = store::occupancy(tx, &shelters)?;
        Ok((shelters, occupancy))
    });
    let (shelters, occupancy) = seen.await?.value;
    let key = |shelter: &Shelter| ListKey(shelter.codename.clone(), shelter.id);
    Page::of(shelters, &page, key, |shelter| {
        let occupied = occupancy.get(&shelter.id).copied().unwrap_or(0);
        ShelterView::new(shelter, occupied)
    })
}

/// `GET /v1/shelters/{shelter}`
pub async fn get_shelter(
    permit: Permit<ShelterRead>,
    app: Data<App>,
    path: Path<ShelterId>,
) -> Result<Versioned<ShelterView>> {
    let id = path.0;
    let event = Event::new(Action::ShelterRead).subject(id);
    let seen = app.db.read(permit, event, move |tx, permit| {
        let shelter = store::find(tx, permit, id)?;
        let occupied = store::occupied(tx, &shelter)?;
        Ok(ShelterView::new(shelter, occupied))
    });
    Ok(Versioned::read(seen.await?.value))
}

/// A shelter to create; it is open at once.
#[derive(Deserialize, ToSchema, Clone)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"hub_id": "1a5w8z0v4n9qx2c7m1b6t8r4ye", "codename": "Larch", "beds": 6}))]
pub struct NewShelterRequest {
    /// An open hub within your reach.
    hub_id: HubId,
    /// What it is called; one of its kind in the hub.
    codename: Codename,
    /// How many people may sleep in it.
    beds: Beds,
}

/// `POST /v1/shelters`
pub async fn create_shelter(
    permit: Permit<ShelterCreate>,
    app: Data<App>,
    body: Body<NewShelterRequest>,
) -> Result<Created<ShelterView>> {
    let request = body.0;
    let hub = request.hub_id;
    let reach = move |_: &mut WriteTx<'_>, permit: &Permit<_>| {
        if permit.reaches_hub(&hub) { Ok(()) } else { Err(store::no_open_hub_of_yours()) }
    };
    let event = Event::new(Action::ShelterCreate);
    let view = app.db.write_within(permit, event, reach, move |tx, permit| {
        store::require_open_hub(tx, permit, request.hub_id)?;
        let new = NewShelter {
            id: ShelterId::generate(),
            hub_id: request.hub_id,
            codename: request.codename.clone(),
            beds: request.beds.get(),
            state: ShelterState::Open,
            version: 1,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        tx.event.set_detail("hub", new.hub_id);
        Ok(ShelterView::new(store::insert(tx, &new)?, 0))
    });
    let view = view.await?;
    Ok(Created::at("/v1/shelters/{id}", view))
}

/// What to change of a shelter; members that are absent stay as they are (RFC 7396).
#[derive(Deserialize, ToSchema, Clone)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"beds": 8, "state": "paused"}))]
pub struct ShelterPatchRequest {
    /// What it is called.
    #[serde(default, deserialize_with = "patch::required")]
    #[schema(nullable = false)]
    codename: Option<Codename>,
    /// How many people may sleep in it: no fewer than stay there now.
    #[serde(default, deserialize_with = "patch::required")]
    #[schema(nullable = false)]
    beds: Option<Beds>,
    /// Whether it may be used.
    #[serde(default, deserialize_with = "patch::required")]
    #[schema(nullable = false)]
    state: Option<ShelterState>,
}

impl ShelterPatchRequest {
    fn fields(&self) -> [(&'static str, bool); 3] {
        [
            ("codename", self.codename.is_some()),
            ("beds", self.beds.is_some()),
            ("state", self.state.is_some()),
        ]
    }

    fn patch(&self) -> ShelterPatch {
        ShelterPatch { codename: self.codename.clone(), beds: self.beds.map(Beds::get), state: self.state }
    }
}

/// `PATCH /v1/shelters/{shelter}`
pub async fn update_shelter(
    permit: Permit<ShelterUpdate>,
    app: Data<App>,
    path: Path<ShelterId>,
    if_match: IfMatch,
    body: Body<ShelterPatchRequest>,
) -> Result<Versioned<ShelterView>> {
    let (id, request) = (path.0, body.0);
    let event = Event::new(Action::ShelterUpdate).subject(id).fields(request.fields());
    let view = app.db.write(permit, event, move |tx, permit| {
        let shelter = store::find(tx, permit, id)?;
        if_match.check(shelter.version)?;
        let occupied = store::occupied(tx, &shelter)?;
        rules::change_shelter(shelter.state, request.state, request.beds.map(Beds::get), occupied)
            .map_err(Error::unmet)?;
        if let Some(state) = request.state {
            tx.event.set_detail("state", state);
        }
        Ok(ShelterView::new(store::update(tx, &shelter, &request.patch())?, occupied))
    });
    Ok(Versioned(view.await?))
}
