//! Refresh tokens: opaque, stored as a hash, good once.
//!
//! The successor of a token is derived from it under a key of the server. So a client on a bad link
//! that lost the answer may ask again within ten seconds and gets the same successor, and the
//! database never holds a token. A used token that comes later was copied: the session ends.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::codes::{SessionEnd, UserStatus};
use super::model::{NewSession, RefreshTokenRow, Session, User};
use super::sessions::{self, Ending};
use crate::access::{SessionId, UserId};
use crate::audit::Action;
use crate::audit::entry::hex;
use crate::crypto::{Keyring, random};
use crate::db::types::Timestamp;
use crate::db::{Tx, WriteTx};
use crate::error::{Code, Error, Result};

/// How long a session lasts however it is used.
pub(super) const SESSION: TimeDelta = TimeDelta::days(30);
/// How long a session lasts when it is not used.
pub(super) const IDLE: TimeDelta = TimeDelta::days(14);
/// How long a lost answer may be asked for again.
const GRACE: TimeDelta = TimeDelta::seconds(10);

/// A refresh token as the client holds it. No `Debug`.
#[derive(Clone)]
pub(crate) struct RefreshToken(Zeroizing<[u8; 32]>);

impl RefreshToken {
    fn generate() -> Self {
        Self(Zeroizing::new(random::bytes()))
    }

    /// Reads what a client sent; `None` for what is no token of ours.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        bytes.as_slice().try_into().ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// As the client holds it.
    pub(crate) fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.as_slice())
    }

    /// As it is stored: the token is random, so a plain hash cannot be guessed from.
    fn hash(&self) -> String {
        hex(&Sha256::digest(self.0.as_slice()))
    }

    fn successor(&self, keyring: &Keyring) -> Self {
        Self(Zeroizing::new(keyring.refresh_token_mac(&self.message())))
    }

    /// Also as it was derived while another key was current.
    fn successors(&self, keyring: &Keyring) -> Vec<Self> {
        let others = keyring.other_refresh_token_macs(&self.message()).into_iter();
        let others = others.map(|mac| Self(Zeroizing::new(mac)));
        std::iter::once(self.successor(keyring)).chain(others).collect()
    }

    fn message(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([b"waystation refresh successor v1".as_slice(), &*self.0].concat())
    }
}

/// Opens a session for a user, with its first refresh token.
pub(crate) fn open_session(tx: &mut WriteTx<'_>, user: UserId) -> Result<(SessionId, RefreshToken)> {
    let (id, now) = (SessionId::generate(), tx.now());
    sessions::insert(tx, &NewSession { id, user_id: user, created_at: now, expires_at: now.plus(SESSION) })?;
    let token = RefreshToken::generate();
    issue(tx, id, &token)?;
    Ok((id, token))
}

fn issue(tx: &mut WriteTx<'_>, session: SessionId, token: &RefreshToken) -> Result<()> {
    let row =
        RefreshTokenRow { token_hash: token.hash(), session_id: session, issued_at: tx.now(), used_at: None };
    sessions::insert_refresh_token(tx, &row)
}

/// What came of a refresh token; both are commits.
pub(crate) enum Refreshed {
    /// The session goes on with the successor.
    CarriedOn { user: Box<User>, session: SessionId, successor: RefreshToken },
    /// The token was used before: the session has been ended.
    Reused,
}

/// Whether it is, or was, one of ours.
pub(crate) fn is_known(tx: &mut Tx<'_>, token: &RefreshToken) -> Result<bool> {
    Ok(sessions::refresh_token(tx, &token.hash())?.is_some())
}

/// Uses a token. What cannot be used at all is an error, and nothing is changed.
pub(crate) fn carry_on(tx: &mut WriteTx<'_>, keyring: &Keyring, token: &RefreshToken) -> Result<Refreshed> {
    let (row, session, user) = sessions::refresh_token(tx, &token.hash())?.ok_or_else(refused)?;
    if !may_go_on(&session, &user, tx.now()) {
        return Err(refused());
    }
    let successor = match row.used_at {
        None if tx.now().since(row.issued_at) >= IDLE => return Err(refused()),
        None => {
            if !sessions::use_refresh_token(tx, &row.token_hash)? {
                // Only another transaction can have been first; asked again, it is a repeat.
                return Err(Error::overloaded());
            }
            let successor = token.successor(keyring);
            issue(tx, session.id, &successor)?;
            successor
        }
        Some(used_at) => match given_before(tx, used_at, token.successors(keyring))? {
            Some(successor) => successor,
            None => {
                sessions::end(tx, session.user_id, Ending::One(session.id), SessionEnd::Reuse)?;
                tx.event.set_action(Action::SessionReuse);
                // By nobody: that it came again says that the token is in two hands, and not in whose this time.
                tx.event.set_subject(user.id);
                tx.event.set_detail("session", session.id);
                return Ok(Refreshed::Reused);
            }
        },
    };
    tx.event.set_subject(session.id);
    tx.event.set_actor(user.id);
    Ok(Refreshed::CarriedOn { user: Box::new(user), session: session.id, successor })
}

fn may_go_on(session: &Session, user: &User, now: Timestamp) -> bool {
    session.ended_at.is_none() && now < session.expires_at && user.status == UserStatus::Active
}

/// A lost answer that is asked for again: soon, and by somebody who has not used it.
fn given_before(
    tx: &mut Tx<'_>,
    used_at: Timestamp,
    successors: Vec<RefreshToken>,
) -> Result<Option<RefreshToken>> {
    if tx.now().since(used_at) > GRACE {
        return Ok(None);
    }
    for successor in successors {
        let next = sessions::refresh_token(tx, &successor.hash())?;
        if next.is_some_and(|(row, _, _)| row.used_at.is_none()) {
            return Ok(Some(successor));
        }
    }
    Ok(None)
}

/// One answer for every token that is not good.
pub(crate) fn refused() -> Error {
    Error::new(Code::RefreshRefused, "Log in again.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::RootKey;

    #[test]
    fn a_token_survives_its_own_text_and_nothing_else_is_one() {
        let token = RefreshToken::generate();
        let again = RefreshToken::parse(&token.to_text()).unwrap();
        assert_eq!(again.hash(), token.hash());
        assert_eq!(token.hash().len(), 64);
        let short = token.to_text()[1..].to_owned();
        for text in ["", "x", "=", short.as_str(), "nicht-base64-äöü"] {
            assert!(RefreshToken::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_successor_is_the_same_each_time_and_another_under_another_key() {
        let keyring = || Keyring::create(&RootKey::generate(), "test").unwrap().0;
        let (ours, theirs) = (keyring(), keyring());
        let token = RefreshToken::generate();
        assert_eq!(token.successor(&ours).to_text(), token.successor(&ours).to_text());
        assert_ne!(token.successor(&ours).to_text(), token.successor(&theirs).to_text());
        assert_ne!(token.successor(&ours).to_text(), token.to_text());
    }
}
