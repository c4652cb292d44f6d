//! A user as a client sees them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{HubId, Permission, Permit, Role, UserId};
use crate::accounts::codes::UserStatus;
use crate::accounts::model::User;
use crate::accounts::store;
use crate::accounts::username::Username;
use crate::db::Tx;
use crate::db::types::Timestamp;
use crate::error::Result;
use crate::http::reply::HasVersion;

/// A user.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "2b5w8z0v4n9qx2c7m1b6t8r4ye", "username": "heron", "role": "caseworker", "status": "active",
    "hubs": ["1a5w8z0v4n9qx2c7m1b6t8r4ye"], "away_until": null, "duress_since": null, "created_at": "2026-03-01T09:00:00.000000Z",
    "updated_at": "2026-03-01T09:00:00.000000Z", "version": 1
}))]
pub struct UserView {
    /// Their id.
    pub id: UserId,
    /// Their pseudonym.
    pub username: Username,
    /// Their role.
    pub role: Role,
    /// Whether they may log in.
    pub status: UserStatus,
    /// Their hubs, as far as you may see them.
    pub hubs: Vec<HubId>,
    /// Until when they have put their own access away; null when they have not, or that has passed.
    pub away_until: Option<Timestamp>,
    /// Since when they are shown an empty network, because they were made to log in; null for whoever asks about themself.
    pub duress_since: Option<Timestamp>,
    /// When they were created.
    pub created_at: Timestamp,
    /// When they were last changed.
    pub updated_at: Timestamp,
    /// Their version, as in their ETag.
    pub version: i64,
}

impl UserView {
    /// Of a user.
    pub(super) fn new(user: User, hubs: Vec<HubId>, (now, asks): (Timestamp, Option<UserId>)) -> Self {
        Self {
            duress_since: user.duress_since.filter(|_| asks != Some(user.id)),
            away_until: user.away_until.filter(|until| *until > now),
            id: user.id,
            username: user.username,
            role: user.role,
            status: user.status,
            hubs,
            created_at: user.created_at,
            updated_at: user.updated_at,
            version: user.version,
        }
    }

    /// With the hubs that the permit may see.
    pub(crate) fn load<P: Permission>(tx: &mut Tx<'_>, permit: &Permit<P>, user: User) -> Result<Self> {
        let hubs = store::hubs_of(tx, permit, &[user.id])?.remove(&user.id).unwrap_or_default();
        let hubs = if permit.is_under_duress() { Vec::new() } else { hubs };
        Ok(Self::new(user, hubs, (tx.now(), permit.user())))
    }
}

impl HasVersion for UserView {
    fn version(&self) -> i64 {
        self.version
    }
}
