//! One's own sessions: where one is logged in, and logging out there.

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::permissions::{AccountRead, AccountUpdate};
use crate::access::{Permit, SessionId};
use crate::accounts::codes::SessionEnd;
use crate::accounts::sessions::{self, Ending, OpenSession};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::db::types::Timestamp;
use crate::error::Result;
use crate::http::{Json, NoContent, Path};

crate::http::path::path_id! { SessionId: "The session's id, from one's own sessions." }

/// Open sessions of the person who asks.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "id": "4c5w8z0v4n9qx2c7m1b6t8r4ye", "created_at": "2006-08-01T09:00:00.000000Z",
    "last_used_at": "2006-08-02T07:30:00.000000Z", "expires_at": "2006-08-31T09:00:00.000000Z", "current": true
}]}))]
pub struct OwnSessions {
    /// The newest first, a hundred at most.
    items: Vec<OwnSession>,
}

/// An open session.
#[derive(Serialize, ToSchema)]
pub struct OwnSession {
    /// Its id.
    id: SessionId,
    /// When it was opened.
    created_at: Timestamp,
    /// When it was last carried on.
    last_used_at: Timestamp,
    /// When it ends, however it is used.
    expires_at: Timestamp,
    /// Whether it is the one that asks.
    current: bool,
}

impl OwnSession {
    fn new(row: OpenSession, current: SessionId) -> Self {
        let OpenSession { id, created_at, last_used_at, expires_at } = row;
        Self { id, created_at, last_used_at, expires_at, current: id == current }
    }
}

/// `GET /v1/me/sessions`
pub async fn list_own_sessions(permit: Permit<AccountRead>, app: Data<App>) -> Result<Json<OwnSessions>> {
    let current = permit.session()?;
    let read = app
        .db
        .read(permit, Event::new(Action::SessionList), |tx, permit| sessions::open(tx, permit.person()?));
    let rows = read.await?.value.into_iter();
    Ok(Json(OwnSessions { items: rows.map(|row| OwnSession::new(row, current)).collect() }))
}

/// `DELETE /v1/me/sessions/{session}`
pub async fn end_own_session(
    permit: Permit<AccountUpdate>,
    app: Data<App>,
    path: Path<SessionId>,
) -> Result<NoContent> {
    let session = path.0;
    let event = Event::new(Action::SessionEnd).subject(session);
    app.db
        .write(permit, event, move |tx, permit| {
            let person = permit.person()?;
            sessions::find_open(tx, person, session)?;
            sessions::end(tx, person, Ending::One(session), SessionEnd::Logout)
        })
        .await?;
    Ok(NoContent)
}
