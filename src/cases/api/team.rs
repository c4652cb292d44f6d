//! A case's team: who works on it, which field groups that opens, until when.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::permissions::{TeamList, TeamUpdate};
use crate::access::{FieldGroup, Permit, UserId};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases::code::CaseRef;
use crate::cases::model::{Case, GroupSet, TeamRow};
use crate::cases::store;
use crate::db::WriteTx;
use crate::db::types::{CodeList as _, Timestamp};
use crate::error::{Error, Fault, Result};
use crate::http::{Body, Json, NoContent, Page, Path};

/// A place on a team.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "user_id": "2b5w8z0v4n9qx2c7m1b6t8r4ye", "username": "heron", "field_groups": ["identity", "legal"],
    "ends_at": "2006-12-31T00:00:00.000000Z", "active": true, "added_by": "1c5w8z0v4n9qx2c7m1b6t8r4ye",
    "added_at": "2006-08-01T09:00:00.000000Z", "changed_by": "1c5w8z0v4n9qx2c7m1b6t8r4ye",
    "changed_at": "2006-10-02T09:00:00.000000Z"
}))]
pub struct PlaceView {
    /// Whose place.
    user_id: UserId,
    /// Their pseudonym.
    username: String,
    /// The field groups that it opens.
    field_groups: Vec<FieldGroup>,
    /// When it ends.
    ends_at: Option<Timestamp>,
    /// Whether it holds now.
    active: bool,
    /// Who gave it.
    added_by: UserId,
    /// When it was given.
    added_at: Timestamp,
    /// Who gave or changed it last; null when the operator at the machine did.
    changed_by: Option<UserId>,
    /// When that was.
    changed_at: Timestamp,
}

impl PlaceView {
    fn new((row, username): (TeamRow, String), now: Timestamp) -> Self {
        Self {
            user_id: row.user_id,
            username,
            field_groups: row.groups.to_vec(),
            active: row.ends_at.is_none_or(|end| end > now),
            ends_at: row.ends_at,
            added_by: row.added_by,
            added_at: row.added_at,
            changed_by: row.changed_by,
            changed_at: row.changed_at,
        }
    }
}

/// `GET /v1/cases/{case}/team`
pub async fn list_team(
    permit: Permit<TeamList>,
    app: Data<App>,
    path: Path<CaseRef>,
) -> Result<Page<PlaceView>> {
    let reference = path.0;
    let event = Event::new(Action::TeamList).asked_for(reference);
    let seen = app.db.read(permit, event, move |tx, permit| {
        let case = store::find(tx, permit, &reference)?;
        let now = tx.now();
        let places = store::team::with_names(tx, &case)?;
        Ok(places.into_iter().map(|place| PlaceView::new(place, now)).collect())
    });
    Ok(Page::whole(seen.await?.value))
}

/// A place to give or to change.
#[derive(Deserialize, ToSchema, Clone)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"field_groups": ["identity", "legal"], "ends_at": "2006-12-31T00:00:00Z"}))]
pub struct PlaceRequest {
    /// The field groups that it opens; none still lets the case's row be read.
    #[schema(max_items = 7)]
    field_groups: Vec<FieldGroup>,
    /// When it ends by itself; never, when not said.
    #[serde(default)]
    ends_at: Option<Timestamp>,
}

/// `PUT /v1/cases/{case}/team/{user}`
pub async fn put_team_place(
    permit: Permit<TeamUpdate>,
    app: Data<App>,
    path: Path<(CaseRef, UserId)>,
    body: Body<PlaceRequest>,
) -> Result<Json<PlaceView>> {
    let ((reference, user), request) = (path.0, body.0);
    if request.field_groups.len() > FieldGroup::all().len() {
        return Err(Error::invalid_field("/field_groups", "Name each group once at most."));
    }
    let event = Event::new(Action::TeamPut).asked_for(reference).subject(user);
    let place = app.db.write(permit, event, move |tx, permit| {
        let case = store::find(tx, permit, &reference)?;
        let giver = permit.person()?;
        put(tx, &case, giver, user, &request)
    });
    Ok(Json(place.await?.made()?))
}

fn put(
    tx: &mut WriteTx<'_>,
    case: &Case,
    giver: UserId,
    user: UserId,
    request: &PlaceRequest,
) -> Result<PlaceView> {
    let groups: GroupSet = request.field_groups.iter().copied().collect();
    let now = tx.now();
    if request.ends_at.is_some_and(|end| end <= now) {
        return Err(Error::invalid(vec![Fault::new(
            "/ends_at",
            "A place ends in the future; take it away to end it now.",
        )]));
    }
    let Some(username) = store::team::assignable(tx, user)? else {
        return Err(Error::invalid_field("user", "Give the place to an active caseworker or coordinator."));
    };
    let present = store::team::place(tx, case.id, user)?;
    store::team::not_own(present.as_ref(), giver)?;
    if case.restricted && request.ends_at.is_some() {
        store::team::someone_stays(tx, case, Some(user))?;
    }
    tx.event.set_groups(groups.to_vec());
    store::team::give(tx, (case.id, user), present.as_ref(), (groups, request.ends_at), giver)?;
    let row = store::team::place(tx, case.id, user)?.ok_or_else(Error::not_found)?;
    Ok(PlaceView::new((row, username), now))
}

/// `DELETE /v1/cases/{case}/team/{user}`
pub async fn remove_team_place(
    permit: Permit<TeamUpdate>,
    app: Data<App>,
    path: Path<(CaseRef, UserId)>,
) -> Result<NoContent> {
    let (reference, user) = path.0;
    let event = Event::new(Action::TeamRemove).asked_for(reference).subject(user);
    let removed = app.db.write(permit, event, move |tx, permit| {
        let case = store::find(tx, permit, &reference)?;
        let (taker, now) = (permit.person()?, tx.now());
        let row = store::team::place(tx, case.id, user)?.ok_or_else(Error::not_found)?;
        if case.restricted {
            store::team::someone_stays(tx, &case, Some(user))?;
        }
        match row.ends_at {
            // It ends, and stays to be seen: taken away, it could be given again by its holder, without an end.
            Some(end) if user == taker => {
                store::team::update(tx, &row, row.groups, Some(end.min(now)), taker)
            }
            _ => store::team::remove(tx, &row),
        }
    });
    removed.await?;
    Ok(NoContent)
}
