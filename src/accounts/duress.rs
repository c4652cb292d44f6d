//! A password that says that its user is made to log in. It opens an empty network that looks like theirs, ends every other
//! session, and tells whoever can act; until one of them says that the user is safe, nobody opens more by either password.

use diesel::prelude::*;

use super::codes::SessionEnd;
use super::model::{User, UserPatch};
use super::sessions::{self, Ending};
use super::store;
use crate::audit::{Action, Event};
use crate::db::schema::users;
use crate::db::{WriteTx, changed_one};
use crate::error::Result;
use crate::notices::codes::NoticeKind;
use crate::notices::{self, About, Whom, tell};

/// Keeps it, or none any more. Their own view of the user shows no change.
pub(crate) fn set_password(tx: &mut WriteTx<'_>, user: &User, hash: Option<String>) -> Result<()> {
    put(tx, user, &UserPatch { duress_hash: Some(hash), ..UserPatch::default() })
}

/// Changes the one that somebody takes for the password, and shows what a change of that shows.
pub(crate) fn change_password(tx: &mut WriteTx<'_>, user: &User, hash: Option<String>) -> Result<()> {
    store::update(tx, user, &UserPatch { duress_hash: Some(hash), ..UserPatch::default() }).map(drop)
}

/// Without another version and moment: whoever holds the device sees both.
fn put(tx: &mut WriteTx<'_>, user: &User, patch: &UserPatch) -> Result<()> {
    let read = users::table.filter(users::id.eq(user.id)).filter(users::version.eq(user.version));
    changed_one(diesel::update(read).set(patch).execute(tx.conn())?)
}

/// The user as they are from now on; in the commit of the login, so that no alarm is lost.
pub(crate) fn begin(tx: &mut WriteTx<'_>, user: &User) -> Result<User> {
    sessions::end(tx, user.id, Ending::All, SessionEnd::Elsewhere)?;
    tx.also_record(&Event::new(Action::DuressBegin).subject(user.id))?;
    // Administrators too: whoever it is may be the only coordinator of the hub.
    let hubs = store::every_hub_of(tx, user.id)?.into_iter().map(Whom::CoordinatorsOf);
    let whom: Vec<Whom> = std::iter::once(Whom::Administrators).chain(hubs).collect();
    let about = About { kind: NoticeKind::Duress, subject: user.id.as_str(), not_to: Some(user.id) };
    tell(tx, &whom, about)?;
    let since = user.duress_since.unwrap_or(tx.now());
    put(tx, user, &UserPatch { duress_since: Some(Some(since)), ..UserPatch::default() })?;
    Ok(User { duress_since: Some(since), ..user.clone() })
}

/// Gives a user their access back, who logs in anew; having it is as good.
pub(crate) fn lift(tx: &mut WriteTx<'_>, user: &User) -> Result<()> {
    if user.duress_since.is_none() {
        return Ok(());
    }
    sessions::end(tx, user.id, Ending::All, SessionEnd::Withdrawn)?;
    notices::store::settle(tx, NoticeKind::Duress, user.id.as_str())?;
    put(tx, user, &UserPatch { duress_since: Some(None), ..UserPatch::default() })
}
