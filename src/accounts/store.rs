//! Queries on users and their places in hubs, within the reach of the permit.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::codes::UserStatus;
use super::model::{NewMember, NewUser, User, UserPatch};
use super::username::Username;
use crate::access::{HubId, Permission, Permit, Reach, Role, UserId};
use crate::db::schema::{hub_members, users};
use crate::db::types::Timestamp;
use crate::db::{Backend, Tx, WriteTx, changed_one, on_duplicate};
use crate::error::{Code, Error, Result};

type UserFilter = Box<dyn BoxableExpression<users::table, Backend, SqlType = Bool>>;

/// The users that a permit reaches: everybody, those in one's hubs, or oneself.
fn reached<P: Permission>(permit: &Permit<P>) -> UserFilter {
    match permit.reach() {
        Reach::All => Box::new(diesel::dsl::sql::<Bool>("1 = 1")),
        Reach::Hub | Reach::Lead => Box::new(users::id.eq_any(users_in(permit.hubs().to_vec()))),
        // In an empty network there is oneself.
        Reach::Own | Reach::Nothing => Box::new(users::id.eq_any(permit.user())),
        Reach::Team | Reach::Emergency | Reach::No => Box::new(diesel::dsl::sql::<Bool>("1 = 0")),
    }
}

/// Whoever has a place in one of the hubs.
#[diesel::dsl::auto_type]
pub(crate) fn users_in(hubs: Vec<HubId>) -> _ {
    hub_members::table.filter(hub_members::hub_id.eq_any(hubs)).select(hub_members::user_id)
}

/// A user within reach; not within reach and not there are one answer.
pub(crate) fn find<P: Permission>(tx: &mut Tx<'_>, permit: &Permit<P>, id: UserId) -> Result<User> {
    let query = users::table.filter(users::id.eq(id)).filter(reached(permit));
    Ok(query.select(User::as_select()).first(tx.conn())?)
}

/// A user by their name: for a login and for the operator at the machine, who have no scope.
pub(crate) fn by_name(tx: &mut Tx<'_>, username: &Username) -> Result<Option<User>> {
    let query = users::table.filter(users::username.eq(username));
    Ok(query.select(User::as_select()).first(tx.conn()).optional()?)
}

/// Whether a password was hashed with this version of the pepper.
pub(crate) fn any_peppered_by(tx: &mut Tx<'_>, version: i32) -> Result<bool> {
    let made_with_it = format!("%,keyid={version}$%");
    // The one that was chosen under duress is made like the other two.
    let with_it =
        users::table.filter(users::password_hash.like(made_with_it.clone()).or(
            users::duress_hash.is_not_null().and(users::duress_hash.assume_not_null().like(made_with_it)),
        ));
    Ok(diesel::select(diesel::dsl::exists(with_it)).get_result(tx.conn())?)
}

/// Users within reach in the order of their names, after `start`; with a status and a role, or all.
pub(crate) fn list<P: Permission>(
    tx: &mut Tx<'_>,
    permit: &Permit<P>,
    (status, role): (Option<UserStatus>, Option<Role>),
    start: Option<&Username>,
    limit: i64,
) -> Result<Vec<User>> {
    let mut query = users::table.filter(reached(permit)).into_boxed();
    if let Some(status) = status {
        query = query.filter(users::status.eq(status));
    }
    if let Some(role) = role {
        query = query.filter(users::role.eq(role));
    }
    if let Some(start) = start {
        query = query.filter(users::username.gt(start.clone()));
    }
    Ok(query.order(users::username).limit(limit).select(User::as_select()).load(tx.conn())?)
}

/// The hubs of each of the users, as far as the permit may see them.
pub(crate) fn hubs_of<P: Permission>(
    tx: &mut Tx<'_>,
    permit: &Permit<P>,
    of: &[UserId],
) -> Result<BTreeMap<UserId, Vec<HubId>>> {
    let mut query = hub_members::table.filter(hub_members::user_id.eq_any(of.to_vec())).into_boxed();
    if permit.reach() == Reach::Nothing {
        return Ok(BTreeMap::new());
    }
    if permit.reach() == Reach::Hub {
        query = query.filter(hub_members::hub_id.eq_any(permit.hubs().to_vec()));
    }
    let rows: Vec<(UserId, HubId)> = query
        .order(hub_members::hub_id)
        .select((hub_members::user_id, hub_members::hub_id))
        .load(tx.conn())?;
    let mut hubs: BTreeMap<UserId, Vec<HubId>> = BTreeMap::new();
    for (user, hub) in rows {
        hubs.entry(user).or_default().push(hub);
    }
    Ok(hubs)
}

/// Whoever may log in, and acts as they like: nobody makes them, and they have not put their access away.
#[diesel::dsl::auto_type]
pub(crate) fn can_act(now: Timestamp) -> _ {
    let active: UserStatus = UserStatus::Active;
    let is_there = users::away_until.is_null().or(users::away_until.assume_not_null().le(now));
    users::status.eq(active).and(users::duress_since.is_null()).and(is_there)
}

/// Whether a user can act, and has this role still.
pub(crate) fn is_active_as(tx: &mut Tx<'_>, user: UserId, role: Role) -> Result<bool> {
    let now = tx.now();
    let active = users::table.filter(users::id.eq(user)).filter(users::role.eq(role)).filter(can_act(now));
    Ok(diesel::select(diesel::dsl::exists(active)).get_result(tx.conn())?)
}

/// Every hub of a user, whoever asks: for what the server itself does.
pub(crate) fn every_hub_of(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<HubId>> {
    let of_user = hub_members::table.filter(hub_members::user_id.eq(user));
    Ok(of_user.order(hub_members::hub_id).select(hub_members::hub_id).load(tx.conn())?)
}

/// Whether a coordinator beside the user, who can act, is in one of the user's hubs.
pub(crate) fn has_other_coordinator(tx: &mut Tx<'_>, user: UserId) -> Result<bool> {
    let (hubs, now) = (every_hub_of(tx, user)?, tx.now());
    let others = users::table
        .filter(users::id.ne(user))
        .filter(users::role.eq(Role::Coordinator))
        .filter(can_act(now))
        .filter(users::id.eq_any(users_in(hubs)));
    Ok(diesel::select(diesel::dsl::exists(others)).get_result(tx.conn())?)
}

/// Whether both are in one hub.
pub(crate) fn share_a_hub(tx: &mut Tx<'_>, one: UserId, other: UserId) -> Result<bool> {
    let hubs = every_hub_of(tx, one)?;
    let places =
        hub_members::table.filter(hub_members::user_id.eq(other)).filter(hub_members::hub_id.eq_any(hubs));
    Ok(diesel::select(diesel::dsl::exists(places)).get_result(tx.conn())?)
}

/// A new user.
pub(crate) fn insert(tx: &mut WriteTx<'_>, new: &NewUser<'_>) -> Result<()> {
    diesel::insert_into(users::table).values(new).execute(tx.conn()).map_err(|error| {
        on_duplicate(error, || Error::new(Code::AlreadyExists, "Choose another username."))
    })?;
    Ok(())
}

/// Changes the named columns of the version that was read, and gives the new row.
pub(crate) fn update(tx: &mut WriteTx<'_>, user: &User, patch: &UserPatch) -> Result<User> {
    let now = tx.now();
    let changed =
        diesel::update(users::table.filter(users::id.eq(user.id)).filter(users::version.eq(user.version)))
            .set((patch, users::version.eq(user.version + 1), users::updated_at.eq(now)))
            .execute(tx.conn())?;
    changed_one(changed)?;
    Ok(users::table.find(user.id).select(User::as_select()).first(tx.conn())?)
}

/// Active administrators beside `user`.
pub(crate) fn other_administrators(tx: &mut Tx<'_>, user: UserId) -> Result<i64> {
    Ok(users::table
        .filter(users::role.eq(Role::Administrator))
        .filter(users::status.eq(UserStatus::Active))
        .filter(users::id.ne(user))
        .count()
        .get_result(tx.conn())?)
}

/// Whether the user is in the hub.
pub(crate) fn is_member(tx: &mut Tx<'_>, user: UserId, hub: HubId) -> Result<bool> {
    let place: Option<UserId> =
        hub_members::table.find((hub, user)).select(hub_members::user_id).first(tx.conn()).optional()?;
    Ok(place.is_some())
}

/// Puts a user into a hub.
pub(crate) fn join(tx: &mut WriteTx<'_>, user: UserId, hub: HubId) -> Result<()> {
    let row = NewMember { hub_id: hub, user_id: user, created_at: tx.now() };
    diesel::insert_into(hub_members::table).values(&row).execute(tx.conn())?;
    Ok(())
}

/// Takes a user out of a hub, or out of every hub; out of which.
pub(crate) fn leave(tx: &mut WriteTx<'_>, user: UserId, hub: Option<HubId>) -> Result<Vec<HubId>> {
    let mut query = hub_members::table.filter(hub_members::user_id.eq(user)).into_boxed();
    if let Some(hub) = hub {
        query = query.filter(hub_members::hub_id.eq(hub));
    }
    let left: Vec<HubId> = query.select(hub_members::hub_id).load(tx.conn())?;
    let places = hub_members::table
        .filter(hub_members::user_id.eq(user))
        .filter(hub_members::hub_id.eq_any(left.clone()));
    diesel::delete(places).execute(tx.conn())?;
    Ok(left)
}
