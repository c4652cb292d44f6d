//! The server's own keys: made once, stored in the database wrapped by the root key, held opened in
//! memory. Storing them is `db`'s; what they sign or hash is their users'.
//!
//! A key can be followed by another while servers run. They hold no root key, so the new version is
//! handed over to them under the one before it ([`Keyring::follow`]); it is used once all of them know it.

mod keys;
mod rows;
mod signing;

use std::sync::{Arc, PoisonError, RwLock};

use ed25519_dalek::{SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use keys::Keys;
pub(super) use rows::case_key_place;
pub use rows::{WrappedCaseKey, WrappedKey};
pub use signing::SigningKeyVersion;
#[cfg(test)]
pub(super) use {keys::handover_key, rows::handover_place, rows::key_place};

use super::error::{KeyError, SealError};
use super::secret::Secret;
use super::{CaseKey, RootKey, associated_data, envelope, padding, primitives};
use crate::access::actor::{CaseId, UserId};
use crate::db::types::{CodeList, text_enum};

text_enum! {
    /// What a key of the keyring is for.
    KeyPurpose, "key_purposes", "Waystation" {
        CaseWrapping = "case_wrapping": "Wraps the keys of the cases",
        TokenSigning = "token_signing": "Signs access tokens",
        AuditSigning = "audit_signing": "Signs checkpoints of the log",
        PasswordPepper = "password_pepper": "Goes into every password hash, and seals second factors",
        RefreshTokens = "refresh_tokens": "Derives the successors of refresh tokens, and the fingerprints of repeated requests",
        StoredAnswers = "stored_answers": "Seals answers kept for repeated requests",
        SearchTexts = "search_texts": "Seals what was searched for",
    }
}

/// All keys of the server, opened. Neither printed nor cloned: share it behind an `Arc`.
pub struct Keyring {
    database_id: String,
    keys: RwLock<Arc<Keys>>,
}

/// A key that follows on another, to be stored.
pub struct NextKey {
    /// Its row; not in use until the moment that is stored with it.
    pub row: WrappedKey,
    /// Its public half, if it is one that signs.
    pub public: VerifyingKey,
}

impl Keyring {
    /// Makes the first version of every key; the rows are to be stored before the keyring is used.
    pub fn create(root: &RootKey, database_id: &str) -> Result<(Self, Vec<WrappedKey>), KeyError> {
        let rows = KeyPurpose::all()
            .iter()
            .map(|&purpose| rows::wrap(root, database_id, purpose, 1, &Secret::generate()))
            .collect::<Result<Vec<_>, _>>()?;
        // Opening what was just wrapped is the proof that it can be opened again.
        let keyring = Self::open(root, database_id, &rows)?;
        Ok((keyring, rows))
    }

    /// Opens the rows of the `keyring` table.
    pub fn open(root: &RootKey, database_id: &str, rows: &[WrappedKey]) -> Result<Self, KeyError> {
        let keys = RwLock::new(Arc::new(Keys::unwrapped(root, database_id, rows)?));
        Ok(Self { database_id: database_id.to_owned(), keys })
    }

    /// Takes over what the rows of the `keyring` table are now; whether that is other than before. A version that is
    /// no longer among them is wiped.
    pub fn follow(&self, rows: &[WrappedKey]) -> Result<bool, KeyError> {
        let held = self.keys();
        if held.are(rows) {
            return Ok(false);
        }
        let followed = Arc::new(held.followed(&self.database_id, rows)?);
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = followed;
        Ok(true)
    }

    /// The next version of a key.
    pub fn next(&self, root: &RootKey, purpose: KeyPurpose) -> Result<NextKey, KeyError> {
        let keys = self.keys();
        let newest = keys.newest(purpose);
        let version = newest + 1;
        let giver = keys.secret(purpose, newest).ok_or(KeyError::Incomplete(purpose))?;
        let secret = Secret::generate();
        let handover = keys::handed_over(&self.database_id, &giver, (purpose, version), &secret)?;
        let row = rows::wrap(root, &self.database_id, purpose, version, &secret)?;
        let public = SigningKey::from_bytes(secret.bytes()).verifying_key();
        Ok(NextKey { row: WrappedKey { handover: Some(handover), is_in_use: false, ..row }, public })
    }

    /// Every key that is held, wrapped by another root key.
    pub fn wrapped_by(&self, root: &RootKey) -> Result<Vec<WrappedKey>, KeyError> {
        let keys = self.keys();
        let wrap = |(purpose, version)| {
            let secret = keys.secret(purpose, version).ok_or(KeyError::Incomplete(purpose))?;
            rows::wrap(root, &self.database_id, purpose, version, &secret)
        };
        keys.held().map(wrap).collect()
    }

    /// A new random key for a new case, and its row.
    pub fn new_case_key(&self, case: CaseId) -> Result<(CaseKey, WrappedCaseKey), SealError> {
        let secret = Secret::generate();
        let row = self.wrap_case_key(case, secret.bytes())?;
        Ok((CaseKey::new(case, secret), row))
    }

    /// Opens the key of a case.
    pub fn case_key(&self, row: &WrappedCaseKey) -> Result<CaseKey, SealError> {
        let secret = Secret::from_slice(&self.unwrap_case_key(row)?).ok_or(SealError::DoesNotOpen)?;
        Ok(CaseKey::new(row.case_id, secret))
    }

    /// The key of a case, wrapped by the current version of the key that wraps them.
    pub fn rewrap_case_key(&self, row: &WrappedCaseKey) -> Result<WrappedCaseKey, SealError> {
        let secret = Secret::from_slice(&self.unwrap_case_key(row)?).ok_or(SealError::DoesNotOpen)?;
        self.wrap_case_key(row.case_id, secret.bytes())
    }

    /// The version that wraps the keys of cases now.
    #[must_use]
    pub fn case_wrapping_version(&self) -> i32 {
        self.keys().case_wrapping.current().0
    }

    fn wrap_case_key(&self, case_id: CaseId, secret: &[u8; 32]) -> Result<WrappedCaseKey, SealError> {
        let (key_version, wrapping) = self.keys().case_wrapping.current();
        let wrapped = envelope::seal(&wrapping, key_version, &case_key_place(&case_id), secret)?;
        Ok(WrappedCaseKey { case_id, key_version, wrapped })
    }

    fn unwrap_case_key(&self, row: &WrappedCaseKey) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let wrapping = self.keys().case_wrapping.get(row.key_version);
        let wrapping = wrapping.ok_or(SealError::UnknownKeyVersion(row.key_version))?;
        envelope::open(&wrapping, row.key_version, &case_key_place(&row.case_id), &row.wrapped)
    }

    /// The key that signs access tokens.
    #[must_use]
    pub fn token_signing(&self) -> Arc<SigningKeyVersion> {
        self.keys().token_signing.current().1
    }

    /// Every key whose tokens are accepted: the one that signs, then the others.
    #[must_use]
    pub fn token_verifying(&self) -> Vec<Arc<SigningKeyVersion>> {
        self.keys().token_signing.all().map(|(_, key)| key).collect()
    }

    /// The newest version of the key that signs checkpoints of the log.
    #[must_use]
    pub fn audit_signing_version(&self) -> i32 {
        self.keys().audit_signing.current().0
    }

    /// A version of the key that signs checkpoints of the log.
    #[must_use]
    pub fn audit_signing(&self, version: i32) -> Option<Arc<SigningKeyVersion>> {
        self.keys().audit_signing.get(version)
    }

    /// The newest of them.
    #[must_use]
    pub fn newest_audit_signing(&self) -> Arc<SigningKeyVersion> {
        self.keys().audit_signing.current().1
    }

    /// The public half of every key that has signed checkpoints, the oldest first.
    #[must_use]
    pub fn audit_verifying(&self) -> Vec<(i32, VerifyingKey)> {
        let keys = self.keys();
        let public = |version| keys.audit_signing.get(version).map(|key| (version, key.key.verifying_key()));
        keys.audit_signing.numbers().filter_map(public).collect()
    }

    /// The version of the pepper that new hashes are made with.
    #[must_use]
    pub fn pepper_version(&self) -> i32 {
        self.keys().password_pepper.current().0
    }

    /// What a user's password is hashed with: the pepper of a version as it is for them alone, so that
    /// their hash in somebody else's row fits no password. `None` when there is no such version.
    #[must_use]
    pub fn password_secret(&self, version: i32, user: UserId) -> Option<Zeroizing<[u8; 32]>> {
        let pepper = self.keys().password_pepper.get(version)?;
        let info = associated_data::encode("waystation password secret v1", &[user.as_str().as_bytes()]);
        Some(primitives::hkdf_sha256(&[], pepper.bytes(), &[&info]))
    }

    /// Seals the secret of a user's second factor, under the pepper of now: it opens for nobody else, and goes with their
    /// password when the pepper is followed by another.
    pub fn seal_second_factor(&self, user: UserId, secret: &[u8]) -> Result<Vec<u8>, SealError> {
        self.seal_of_user(OfUser::SecondFactor, user, secret)
    }

    /// The same for where a user is told by e-mail.
    pub fn seal_mail_address(&self, user: UserId, address: &str) -> Result<Vec<u8>, SealError> {
        self.seal_of_user(OfUser::MailAddress, user, &padding::pad(address.as_bytes())?)
    }

    /// Opens it, and says whether it should be sealed anew.
    pub fn open_mail_address(
        &self,
        user: UserId,
        sealed: &[u8],
    ) -> Result<(Zeroizing<String>, bool), SealError> {
        let (padded, is_outdated) = self.open_of_user(OfUser::MailAddress, user, sealed)?;
        let address = std::str::from_utf8(padding::unpad(&padded)?).map_err(|_| SealError::DoesNotOpen)?;
        Ok((Zeroizing::new(address.to_owned()), is_outdated))
    }

    fn seal_of_user(&self, what: OfUser, user: UserId, text: &[u8]) -> Result<Vec<u8>, SealError> {
        let (version, pepper) = self.keys().password_pepper.current();
        envelope::seal(&what.key(&pepper, user), version, &what.place(user), text)
    }

    /// Opens it, and says whether it should be sealed anew.
    pub fn open_second_factor(
        &self,
        user: UserId,
        sealed: &[u8],
    ) -> Result<(Zeroizing<Vec<u8>>, bool), SealError> {
        self.open_of_user(OfUser::SecondFactor, user, sealed)
    }

    fn open_of_user(
        &self,
        what: OfUser,
        user: UserId,
        sealed: &[u8],
    ) -> Result<(Zeroizing<Vec<u8>>, bool), SealError> {
        let version = envelope::key_version(sealed)?;
        let keys = self.keys();
        let pepper = keys.password_pepper.get(version).ok_or(SealError::UnknownKeyVersion(version))?;
        let text = envelope::open(&what.key(&pepper, user), version, &what.place(user), sealed)?;
        Ok((text, version != keys.password_pepper.current().0))
    }

    /// HMAC-SHA256 under the current key for refresh tokens. What the message is for must be part of the message: one
    /// key serves several things.
    #[must_use]
    pub fn refresh_token_mac(&self, message: &[u8]) -> [u8; 32] {
        primitives::hmac_sha256(self.keys().refresh_tokens.current().1.bytes(), message)
    }

    /// The same under every other version: for what may have been made under one of them.
    #[must_use]
    pub fn other_refresh_token_macs(&self, message: &[u8]) -> Vec<[u8; 32]> {
        let keys = self.keys();
        let others = keys.refresh_tokens.all().skip(1);
        others.map(|(_, key)| primitives::hmac_sha256(key.bytes(), message)).collect()
    }

    /// Seals an answer that is kept for repeats; it opens only in the same context.
    pub fn seal_answer(&self, context: &str, answer: &[u8]) -> Result<Vec<u8>, SealError> {
        let (version, key) = self.keys().stored_answers.current();
        envelope::seal(&key, version, &answer_place(context), &padding::pad(answer)?)
    }

    /// Opens a kept answer.
    pub fn open_answer(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let version = envelope::key_version(sealed)?;
        let key = self.keys().stored_answers.get(version).ok_or(SealError::UnknownKeyVersion(version))?;
        let padded = envelope::open(&key, version, &answer_place(context), sealed)?;
        Ok(Zeroizing::new(padding::unpad(&padded)?.to_vec()))
    }

    /// Seals what somebody searched for; it opens only under the id of that search.
    pub fn seal_search_text(&self, search: &str, text: &[u8]) -> Result<Vec<u8>, SealError> {
        let (version, key) = self.keys().search_texts.current();
        envelope::seal(&key, version, &search_place(search), &padding::pad(text)?)
    }

    /// Opens what somebody searched for.
    pub fn open_search_text(&self, search: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let version = envelope::key_version(sealed)?;
        let key = self.keys().search_texts.get(version).ok_or(SealError::UnknownKeyVersion(version))?;
        let padded = envelope::open(&key, version, &search_place(search), sealed)?;
        Ok(Zeroizing::new(padding::unpad(&padded)?.to_vec()))
    }

    fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }
}

pub(super) fn answer_place(context: &str) -> Vec<u8> {
    associated_data::encode("waystation stored answer v1", &[context.as_bytes()])
}

/// What is sealed for a user. A pepper does one thing: for each of these it gives another key, one a user.
#[derive(Clone, Copy)]
enum OfUser {
    SecondFactor,
    MailAddress,
}

impl OfUser {
    fn key(self, pepper: &Secret, user: UserId) -> Secret {
        let label = match self {
            Self::SecondFactor => "waystation second factor key v1",
            Self::MailAddress => "waystation mail address key v1",
        };
        let info = associated_data::encode(label, &[user.as_str().as_bytes()]);
        Secret::new(&primitives::hkdf_sha256(&[], pepper.bytes(), &[&info]))
    }

    fn place(self, user: UserId) -> Vec<u8> {
        let label = match self {
            Self::SecondFactor => "waystation second factor v1",
            Self::MailAddress => "waystation mail address v1",
        };
        associated_data::encode(label, &[user.as_str().as_bytes()])
    }
}

pub(super) fn search_place(search: &str) -> Vec<u8> {
    associated_data::encode("waystation search text v1", &[search.as_bytes()])
}

#[cfg(test)]
mod tests;
