//! A password that says that its user is made to log in. It opens an empty network that looks like theirs, ends every other
//! session, and tells whoever can act; until one of them says that the user is safe, nobody opens more by either password.

use diesel::prelude::*;

use super::codes::SessionEnd;
use super::model::{User, UserPatch};
use super::password::Known;
use super::second_factor;
use super::sessions::{self, Ending};
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
    let patch = UserPatch {
        password_hash: own,
        duress_hash: Some(duress),
        // It was made like the ones that are no more.
        decoy_hash: Some(None),
        decoy_since: Some(None),
        ..UserPatch::default()
    };
    put(tx, user, &patch)
}

/// Keeps what was chosen by whoever takes the duress password for the password: it opens what that opens.
pub(crate) fn set_decoy(tx: &mut WriteTx<'_>, user: &User, hash: Option<String>) -> Result<()> {
    put(tx, user, &UserPatch { decoy_hash: Some(hash), ..UserPatch::default() })
}

/// What another password in place of the one that somebody knows changes: that one, and no answer tells which it was. Where it is
/// one of the others it takes its place: refused, it would be told that there is one.
pub(crate) fn another(user: &User, known: Known, hash: &str) -> UserPatch {
    let gone = |other: &Option<String>| (other.as_deref() == Some(hash)).then_some(None);
    let hash = hash.to_owned();
    match known {
        Known::Password => UserPatch {
            duress_hash: gone(&user.duress_hash),
            decoy_hash: gone(&user.decoy_hash),
            password_hash: Some(hash),
            ..UserPatch::default()
        },
        Known::DuressPassword => UserPatch {
            decoy_hash: gone(&user.decoy_hash),
            duress_hash: Some(Some(hash)),
            ..UserPatch::default()
        },
        Known::DecoyPassword => UserPatch { decoy_hash: Some(Some(hash)), ..UserPatch::default() },
    }
}

/// Without another version and moment: whoever holds the device sees both.
fn put(tx: &mut WriteTx<'_>, user: &User, patch: &UserPatch) -> Result<()> {
    let read = users::table.filter(users::id.eq(user.id)).filter(users::version.eq(user.version));
    changed_one(diesel::update(read).set(patch).execute(tx.conn())?)
}

/// The user as they are from now on; in the commit of the login, so that no alarm is lost.
pub(crate) fn begin(tx: &mut WriteTx<'_>, user: &User, known: Known) -> Result<User> {
    // Whoever logs in once more by the same loses no other session, as with a password.
    let is_first = !known.is_own(user);
    if is_first {
        sessions::end(tx, user.id, Ending::All, SessionEnd::Elsewhere)?;
    }
    tx.also_record(&Event::new(Action::DuressBegin).subject(user.id))?;
    let about = About { kind: NoticeKind::Duress, subject: user.id.as_str(), not_to: Some(user.id) };
    // Administrators too: whoever it is may be the only coordinator of the hub.
    tell(tx, &[Whom::Administrators, Whom::CoordinatorsOfUser(user.id)], about)?;
    let since = Some(user.duress_since.unwrap_or(tx.now()));
    let decoy_since = if known == Known::DecoyPassword { Some(tx.now()) } else { user.decoy_since };
    let patch =
        UserPatch { duress_since: Some(since), decoy_since: Some(decoy_since), ..UserPatch::default() };
    put(tx, user, &patch)?;
    Ok(User { duress_since: since, decoy_since, ..user.clone() })
}

/// Gives a user their access back, who logs in anew; having it is as good. What was set up meanwhile is in the hands of
/// whoever made them: a second factor, recovery codes, where messages go; and they know the password that did not open
/// the network, with which they could close it again and again.
pub(crate) fn lift(tx: &mut WriteTx<'_>, user: &User) -> Result<()> {
    let Some(since) = user.duress_since else { return Ok(()) };
    second_factor::store::remove_since(tx, user.id, since)?;
    notices::mail::forget_address_since(tx, user.id, since)?;
    sessions::end(tx, user.id, Ending::All, SessionEnd::Withdrawn)?;
    notices::store::settle(tx, NoticeKind::Duress, user.id.as_str())?;
    let patch = UserPatch {
        duress_since: Some(None),
        duress_hash: Some(None),
        decoy_hash: Some(None),
        decoy_since: Some(None),
        ..UserPatch::default()
    };
    put(tx, user, &patch)
}
