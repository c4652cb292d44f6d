//! What can be done to a user, each in one transaction: for the API and for the operator's commands.

use std::collections::BTreeSet;

use super::codes::{SessionEnd, UserStatus};
use super::grants;
use super::model::{NewUser, User, UserPatch};
use super::rules::{Change, governing, works_in_hubs};
use super::sessions::{self, Ending};
use super::store;
use super::username::Username;
use crate::access::{HubId, Permission, Permit, Role, UserId};
use crate::audit::{Action, Event, detail};
use crate::cases::store::leaving::{self, Leaving};
use crate::db::types::Timestamp;
use crate::db::{Tx, WriteTx};
use crate::error::{Error, Fault, Result};
use crate::machine::{settled, unmet};
use crate::network::codes::HubState;
use crate::network::hubs;
use crate::notices::codes::NoticeKind;
use crate::notices::{self, About, Whom, tell};

/// A user to create; the password is hashed already, because hashing does not belong in a transaction, and
/// the id is there already, because the hash is bound to it.
#[derive(Clone)]
pub(crate) struct Creation {
    pub id: UserId,
    pub username: Username,
    pub role: Role,
    pub status: UserStatus,
    pub password_hash: String,
    pub hubs: Vec<HubId>,
}

/// Creates a user, with their places in hubs.
pub(crate) fn create(tx: &mut WriteTx<'_>, creation: &Creation) -> Result<User> {
    let faults = membership_faults(tx, creation.role, &creation.hubs)?;
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let (id, now) = (creation.id, tx.now());
    store::insert(
        tx,
        &NewUser {
            id,
            username: &creation.username,
            role: creation.role,
            status: creation.status,
            password_hash: &creation.password_hash,
            governed_as: governing(creation.role),
            no_password_since: (creation.status == UserStatus::Invited).then_some(now),
            version: 1,
            created_at: now,
            updated_at: now,
        },
    )?;
    tx.event.set_subject(id);
    tx.event.set_detail("role", creation.role);
    for hub in &creation.hubs {
        store::join(tx, id, *hub)?;
        tx.also_record(&Event::new(Action::HubMemberAdd).subject(id).detail("hub", hub))?;
    }
    store::by_name(tx, &creation.username)?.ok_or_else(Error::not_found)
}

fn membership_faults(tx: &mut Tx<'_>, role: Role, hubs: &[HubId]) -> Result<Vec<Fault>> {
    if !works_in_hubs(role) && !hubs.is_empty() {
        return Ok(vec![Fault::new("/hubs", "Only caseworkers and coordinators are put into hubs.")]);
    }
    let (mut faults, mut named) = (Vec::new(), BTreeSet::new());
    for (index, hub) in hubs.iter().enumerate() {
        let pointer = format!("/hubs/{index}");
        if !named.insert(*hub) {
            faults.push(Fault::new(pointer, "This hub is named twice."));
        } else if hubs::store::state(tx, *hub)? != Some(HubState::Open) {
            faults.push(Fault::new(pointer, "Name an open hub; see GET /v1/hubs."));
        }
    }
    Ok(faults)
}

/// Changes role or status, and what follows from it: sessions end, places in hubs and on teams are lost.
pub(crate) fn change<P: Permission>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<P>,
    user: &User,
    role: Option<Role>,
    status: Option<UserStatus>,
) -> Result<User> {
    let change = decided(tx, permit, user, (role.unwrap_or(user.role), status.unwrap_or(user.status)))?;
    // Whoever has no password yet is as far as before, whatever one administrator says.
    let waits = status == Some(UserStatus::Active) && user.no_password_since.is_some();
    let status = if waits { Some(UserStatus::Invited) } else { status };
    for (name, code) in
        [("role", role.map(|role| role.to_string())), (detail::STATUS, status.map(|s| s.to_string()))]
    {
        if let Some(code) = code {
            tx.event.set_detail(name, code);
        }
    }
    if change.ends_sessions() {
        sessions::end(tx, user.id, Ending::All, SessionEnd::Suspended)?;
    }
    if change.leaves_hubs() {
        leaving::end_places(tx, user.id, Leaving::Casework, permit.user())?;
        for hub in store::leave(tx, user.id, None)? {
            tx.also_record(&Event::new(Action::HubMemberRemove).subject(user.id).detail("hub", hub))?;
        }
    }
    if change.may_only_read_elsewhere() {
        let own = store::hubs_of(tx, permit, &[user.id])?.remove(&user.id).unwrap_or_default();
        leaving::require_others(tx, user.id, |hub| !own.contains(&hub))?;
    }
    if status.is_some_and(|status| status != UserStatus::Suspended) {
        notices::store::settle(tx, NoticeKind::UserIdle, user.id.as_str())?;
    }
    let governed_as = role.and_then(governing);
    store::update(tx, user, &UserPatch { role, status, governed_as, ..UserPatch::default() })
}

/// The change, if nothing stands against it.
fn decided<P: Permission>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<P>,
    user: &User,
    after: (Role, UserStatus),
) -> Result<Change> {
    let change = Change {
        own_account: permit.user() == Some(user.id),
        before: (user.role, user.status),
        after,
        other_administrators: store::other_administrators(tx, user.id)?,
        governed_as: user.governed_as,
    };
    settled(change.unmet()).map_err(Error::unmet)?;
    Ok(change)
}

/// Refuses where the user could not be given the role.
pub(crate) fn may_become<P: Permission>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<P>,
    user: &User,
    role: Role,
) -> Result<()> {
    decided(tx, permit, user, (role, user.status)).map(drop)
}

/// Sets a password that the operator chose: every session ends, and whoever had yet to choose one has one.
pub(crate) fn reset_password(tx: &mut WriteTx<'_>, user: &User, password_hash: &str) -> Result<()> {
    sessions::end(tx, user.id, Ending::All, SessionEnd::Administrator)?;
    grants::store::end_codes(tx, user.id)?;
    let status = (user.status == UserStatus::Invited).then_some(UserStatus::Active);
    let patch = UserPatch { status, ..UserPatch::only_password(password_hash.to_owned()) };
    store::update(tx, user, &patch).map(drop)
}

/// Stores another hash.
pub(crate) fn set_password(tx: &mut WriteTx<'_>, user: &User, password_hash: &str) -> Result<()> {
    let patch = UserPatch { password_hash: Some(password_hash.to_owned()), ..UserPatch::default() };
    store::update(tx, user, &patch).map(drop)
}

/// Puts a user's own access away, and tells the coordinators of their hubs.
pub(crate) fn put_away(tx: &mut WriteTx<'_>, user: &User, until: Timestamp) -> Result<User> {
    let patch = UserPatch { away_until: Some(Some(until)), ..UserPatch::default() };
    let user = store::update(tx, user, &patch)?;
    let about = About { kind: NoticeKind::SomebodyAway, subject: user.id.as_str(), not_to: Some(user.id) };
    tell(tx, &[Whom::CoordinatorsOfUser(user.id)], about)?;
    Ok(user)
}

/// Gives a user their access back; having it is as good.
pub(crate) fn give_back(tx: &mut WriteTx<'_>, user: &User) -> Result<()> {
    if user.away_until.is_none() {
        return Ok(());
    }
    // Nobody knows who has them meanwhile.
    sessions::end(tx, user.id, Ending::All, SessionEnd::Withdrawn)?;
    notices::store::settle(tx, NoticeKind::SomebodyAway, user.id.as_str())?;
    store::update(tx, user, &UserPatch { away_until: Some(None), ..UserPatch::default() }).map(drop)
}

/// Puts a user into a hub; being there already is as good.
pub(crate) fn join(tx: &mut WriteTx<'_>, user: &User, hub: HubId) -> Result<()> {
    let state = hubs::store::state(tx, hub)?.ok_or_else(Error::not_found)?;
    if !works_in_hubs(user.role) {
        return Err(Error::invalid_field("user", "Only caseworkers and coordinators are put into hubs."));
    }
    if store::is_member(tx, user.id, hub)? {
        return Ok(());
    }
    if state != HubState::Open {
        return Err(Error::unmet(vec![unmet("open_hub", "The hub is closed: open it first.")]));
    }
    store::join(tx, user.id, hub)?;
    store::update(tx, user, &UserPatch::default()).map(drop)
}

/// Takes a user out of a hub, and off the teams of its cases.
pub(crate) fn leave<P: Permission>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<P>,
    user: &User,
    hub: HubId,
) -> Result<()> {
    if store::leave(tx, user.id, Some(hub))?.is_empty() {
        return Err(Error::not_found());
    }
    leaving::end_places(tx, user.id, Leaving::Hub(hub), permit.user())?;
    store::update(tx, user, &UserPatch::default()).map(drop)
}
