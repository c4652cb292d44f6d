//! Rows of users, their hubs, their sessions and refresh tokens.

use diesel::prelude::*;

use super::codes::{SessionEnd, UserStatus};
use super::username::Username;
use crate::access::{HubId, Role, SessionId, UserId};
use crate::db::schema::{hub_members, refresh_tokens, sessions, users};
use crate::db::types::Timestamp;

/// A user as stored. No `Debug`: it holds the password's hash.
#[derive(Queryable, Selectable, Clone)]
#[diesel(table_name = users)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their pseudonym.
    pub username: Username,
    /// Their role.
    pub role: Role,
    /// Whether they may log in.
    pub status: UserStatus,
    /// Argon2id, with pepper.
    pub password_hash: String,
    /// Which of the two roles that exclude each other they have ever had.
    pub governed_as: Option<Role>,
    /// Until when they have put their own access away.
    pub away_until: Option<Timestamp>,
    /// Of the password that says that they are made to log in; with the salt of the other one.
    pub duress_hash: Option<String>,
    /// Since when they are shown an empty network.
    pub duress_since: Option<Timestamp>,
    /// Of what somebody chose as a duress password who took the duress password for the password; made like the others.
    pub decoy_hash: Option<String>,
    /// Since when that was used to log in.
    pub decoy_since: Option<Timestamp>,
    /// Since when they have to choose a password, with a code.
    pub no_password_since: Option<Timestamp>,
    /// Version.
    pub version: i64,
    /// When they were created.
    pub created_at: Timestamp,
    /// When they were last changed.
    pub updated_at: Timestamp,
}

/// A user to insert.
#[derive(Insertable)]
#[diesel(table_name = users)]
pub(crate) struct NewUser<'a> {
    pub id: UserId,
    pub username: &'a Username,
    pub role: Role,
    pub status: UserStatus,
    pub password_hash: &'a str,
    pub governed_as: Option<Role>,
    pub no_password_since: Option<Timestamp>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What to change of a user.
#[derive(AsChangeset, Clone, Default)]
#[diesel(table_name = users)]
pub(crate) struct UserPatch {
    pub role: Option<Role>,
    pub status: Option<UserStatus>,
    pub password_hash: Option<String>,
    pub governed_as: Option<Role>,
    pub away_until: Option<Option<Timestamp>>,
    pub duress_hash: Option<Option<String>>,
    pub duress_since: Option<Option<Timestamp>>,
    pub decoy_hash: Option<Option<String>>,
    pub decoy_since: Option<Option<Timestamp>>,
    pub no_password_since: Option<Option<Timestamp>>,
}

impl UserPatch {
    /// Another password in place of every one that there was.
    pub(crate) fn only_password(password_hash: String) -> Self {
        Self {
            password_hash: Some(password_hash),
            // They were made like the password that is no more.
            duress_hash: Some(None),
            decoy_hash: Some(None),
            decoy_since: Some(None),
            no_password_since: Some(None),
            ..Self::default()
        }
    }
}

/// A place in a hub.
#[derive(Insertable)]
#[diesel(table_name = hub_members)]
pub(crate) struct NewMember {
    pub hub_id: HubId,
    pub user_id: UserId,
    pub created_at: Timestamp,
}

/// A login session as stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub(crate) struct Session {
    pub id: SessionId,
    pub user_id: UserId,
    pub expires_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// A session to insert.
#[derive(Insertable)]
#[diesel(table_name = sessions)]
pub(crate) struct NewSession {
    pub id: SessionId,
    pub user_id: UserId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// How a session ends.
#[derive(AsChangeset)]
#[diesel(table_name = sessions)]
pub(crate) struct SessionPatch {
    pub ended_at: Option<Timestamp>,
    pub ended_reason: Option<SessionEnd>,
}

/// A refresh token, by its hash.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = refresh_tokens)]
pub(crate) struct RefreshTokenRow {
    pub token_hash: String,
    pub session_id: SessionId,
    pub issued_at: Timestamp,
    pub used_at: Option<Timestamp>,
}
