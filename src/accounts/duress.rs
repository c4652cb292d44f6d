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

/// Of a password and of the one beside it, made alike. No `Debug`: it holds both.
#[derive(Clone)]
pub(crate) struct Hashes {
    pub own: String,
    pub duress: String,
}

impl Hashes {
    /// Whether both are of one password.
    pub(crate) fn are_one(&self) -> bool {
        self.own == self.duress
    }
}

/// Keeps both, or none beside the password any more. Their own view of the user shows no change.
pub(crate) fn set_password(tx: &mut WriteTx<'_>, user: &User, hashes: Option<Hashes>) -> Result<()> {
    let (own, duress) = hashes.map(|hashes| (hashes.own, hashes.duress)).unzip();
    put(tx, user, &UserPatch { password_hash: own, duress_hash: Some(duress), ..UserPatch::default() })
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
    let about = About { kind: NoticeKind::Duress, subject: user.id.as_str(), not_to: Some(user.id) };
    // Administrators too: whoever it is may be the only coordinator of the hub.
    tell(tx, &[Whom::Administrators, Whom::CoordinatorsOfUser(user.id)], about)?;
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
