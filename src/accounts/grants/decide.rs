//! Asking for something, and what follows when somebody else approves it.

use super::model::{Grant, GrantId};
use super::rules::{self, Asked, Facts};
use super::store;
use crate::access::{Permission, Permit, Role};
use crate::accounts::codes::{GrantDecision, GrantKind, SessionEnd, UserStatus};
use crate::accounts::model::{User, UserPatch};
use crate::accounts::one_time_code::{GoodFor, OneTimeCode};
use crate::accounts::sessions::{self, Ending};
use crate::accounts::{second_factor, store as accounts, users};
use crate::audit::detail;
use crate::db::WriteTx;
use crate::error::{Error, Result};
use crate::machine::unmet;
use crate::notices::codes::NoticeKind;
use crate::notices::{self, About, Whom, tell};

/// Asks for something of a user's, and tells who may decide.
pub(crate) fn ask<P: Permission>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<P>,
    user: &User,
    (kind, role): (GrantKind, Option<Role>),
) -> Result<Grant> {
    let by = permit.person()?;
    let asked_as = permit.actor().ok_or_else(Error::unauthenticated)?.role;
    let now = tx.now();
    let waiting = store::waiting(tx, user.id)?;
    let lapsed = waiting.as_ref().filter(|grant| grant.expires_at <= now);
    let waits = waiting.is_some() && lapsed.is_none();
    let has_role = role == Some(user.role);
    rules::ask(Asked { kind, own_account: user.id == by, has_role, status: user.status, waits })
        .map_err(Error::unmet)?;
    if let Some(grant) = lapsed {
        store::decide(tx, grant, (GrantDecision::Lapsed, by), None)?;
        notices::store::settle(tx, NoticeKind::GrantWaits, grant.id.as_str())?;
    }
    if let Some(role) = role {
        users::may_become(tx, permit, user, role)?;
        tx.event.set_detail("role", role);
    }
    let grant = Grant {
        id: GrantId::generate(now),
        user_id: user.id,
        kind,
        role,
        asked_by: by,
        asked_as,
        asked_at: now,
        expires_at: now.plus(rules::DECIDED_WITHIN),
        decision: None,
        decided_by: None,
        decided_at: None,
        code_hash: None,
        code_expires_at: None,
        activated_at: None,
    };
    store::insert(tx, &grant)?;
    tx.event.set_detail("grant", grant.id);
    let about = About { kind: NoticeKind::GrantWaits, subject: grant.id.as_str(), not_to: Some(by) };
    tell(tx, &[Whom::Administrators, Whom::CoordinatorsOfUser(user.id)], about)?;
    Ok(grant)
}

/// Decides; gives the grant as it is then, and the code where there is one, which is kept nowhere.
pub(crate) fn decide<P: Permission>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<P>,
    grant: &Grant,
    (approves, hash_of_nobody): (bool, &str),
) -> Result<(Grant, Option<OneTimeCode>)> {
    let actor = permit.actor().ok_or_else(Error::unauthenticated)?;
    let by = actor.user;
    let user = accounts::find(tx, permit, grant.user_id)?;
    let facts = Facts {
        kind: grant.kind,
        user: user.id,
        asked: (grant.asked_by, grant.asked_as),
        by: (by, actor.role),
        has_coordinator: accounts::has_other_coordinator(tx, user.id)?,
        decided: grant.decision.is_some(),
        asker_stands: asker_stands(tx, grant)?,
        expires_at: grant.expires_at,
    };
    let decision = rules::decide(facts, approves, tx.now()).map_err(Error::unmet)?;
    tx.event.set_detail("decision", decision);
    let code = if approves { approved(tx, permit, &user, (grant, hash_of_nobody))? } else { None };
    let kept = code.as_ref().map(|code| {
        let hash = code.hash(GoodFor::Activation, user.id);
        (hash, tx.now().plus(rules::code_lasts(grant.kind)))
    });
    let decided = store::decide(tx, grant, (decision, by), kept)?;
    notices::store::settle(tx, NoticeKind::GrantWaits, grant.id.as_str())?;
    let about = About { kind: NoticeKind::GrantDecided, subject: grant.id.as_str(), not_to: Some(by) };
    tell(tx, &[Whom::User(grant.asked_by)], about)?;
    Ok((decided, code))
}

/// Whether whoever asked could ask still: they are active in the role that they had, and a coordinator is in a hub of the
/// user's.
fn asker_stands(tx: &mut WriteTx<'_>, grant: &Grant) -> Result<bool> {
    let active = accounts::is_active_as(tx, grant.asked_by, grant.asked_as)?;
    Ok(active
        && (grant.asked_as != Role::Coordinator || accounts::share_a_hub(tx, grant.asked_by, grant.user_id)?))
}

/// What follows; a code, where the user has to choose a password.
fn approved<P: Permission>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<P>,
    user: &User,
    (grant, hash_of_nobody): (&Grant, &str),
) -> Result<Option<OneTimeCode>> {
    match (grant.kind, grant.role) {
        (GrantKind::Role, Some(role)) => {
            tx.event.set_detail("role", role);
            users::change(tx, permit, user, Some(role), None)?;
            return Ok(None);
        }
        (GrantKind::Recovery, _) => recover(tx, user, hash_of_nobody)?,
        (GrantKind::Invitation | GrantKind::Role, _) => require_invited(user)?,
    }
    store::end_codes(tx, user.id)?;
    Ok(Some(OneTimeCode::generate()))
}

/// Whoever has password or device until now has nothing any more.
fn recover(tx: &mut WriteTx<'_>, user: &User, hash_of_nobody: &str) -> Result<()> {
    if user.status == UserStatus::Suspended {
        return Err(Error::unmet(vec![crate::machine::unmet(
            "not_suspended",
            "the user is suspended by now",
        )]));
    }
    sessions::end(tx, user.id, Ending::All, SessionEnd::Recovered)?;
    second_factor::store::remove(tx, user.id)?;
    // Whoever has had the account until now is told nothing more.
    notices::mail::forget_address(tx, user.id)?;
    let patch = UserPatch {
        status: Some(UserStatus::Invited),
        no_password_since: Some(Some(tx.now())),
        // Not the status alone: that is one administrator's to change.
        ..UserPatch::only_password(hash_of_nobody.to_owned())
    };
    tx.event.set_detail(detail::STATUS, UserStatus::Invited);
    accounts::update(tx, user, &patch).map(drop)
}

fn require_invited(user: &User) -> Result<()> {
    if user.status == UserStatus::Invited {
        return Ok(());
    }
    Err(Error::unmet(vec![unmet("invited", "the user waits for no password any more: see their status")]))
}
