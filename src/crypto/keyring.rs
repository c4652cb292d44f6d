//! The server's own keys: made once, stored in the database wrapped by the root key, held opened in
//! memory. Storing them is `db`'s; what they sign or hash is their users'.

use ed25519_dalek::{SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use super::error::{KeyError, SealError};
use super::secret::Secret;
use super::versions::Versions;
use super::{CaseKey, RootKey, associated_data, envelope, padding, primitives};
use crate::access::actor::{CaseId, UserId};
use crate::db::types::{CodeList, text_enum};

text_enum! {
    /// What a key of the keyring is for.
    KeyPurpose, "key_purposes", "Waystation" {
        CaseWrapping = "case_wrapping": "Wraps the keys of the cases",
        TokenSigning = "token_signing": "Signs access tokens",
        AuditSigning = "audit_signing": "Signs checkpoints of the log",
        PasswordPepper = "password_pepper": "Goes into every password hash",
        RefreshTokens = "refresh_tokens": "Hashes refresh tokens and derives their successors",
        StoredAnswers = "stored_answers": "Seals answers kept for repeated requests",
        SearchTexts = "search_texts": "Seals what was searched for",
    }
}

/// A row of the `keyring` table.
pub struct WrappedKey {
    /// What the key is for.
    pub purpose: KeyPurpose,
    /// From 1; the highest is the current one.
    pub version: i32,
    /// The key in an envelope under the root key.
    pub wrapped: Vec<u8>,
}

/// A row of the `case_keys` table.
pub struct WrappedCaseKey {
    /// The case.
    pub case_id: CaseId,
    /// Which version of the case-wrapping key wraps it.
    pub key_version: i32,
    /// The key in an envelope.
    pub wrapped: Vec<u8>,
}

/// An Ed25519 key that signs, with the name that a verifier looks it up by.
pub struct SigningKeyVersion {
    /// Base64url of the first half of the SHA-256 of the public key. RFC 7638 hashes a JSON form of
    /// the same 32 bytes; this says as much (the key alone decides it; 128 bits do not collide by
    /// chance) in 22 characters and without a JSON form to agree on.
    pub kid: String,
    /// The key itself; `verifying_key()` is its public half.
    pub key: SigningKey,
}

impl SigningKeyVersion {
    fn new(secret: &Secret) -> Self {
        use base64::Engine;
        let key = SigningKey::from_bytes(secret.bytes());
        let hash = primitives::sha256(key.verifying_key().as_bytes());
        Self { kid: base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&hash[..16]), key }
    }
}

/// All keys of the server, opened. Neither printed nor cloned: share it behind an `Arc`.
pub struct Keyring {
    case_wrapping: Versions<Secret>,
    token_signing: Versions<SigningKeyVersion>,
    audit_signing: Versions<SigningKeyVersion>,
    password_pepper: Versions<Secret>,
    refresh_tokens: Versions<Secret>,
    stored_answers: Versions<Secret>,
    search_texts: Versions<Secret>,
}

impl Keyring {
    /// Makes the first version of every key; the rows are to be stored before the keyring is used.
    pub fn create(root: &RootKey, database_id: &str) -> Result<(Self, Vec<WrappedKey>), KeyError> {
        let rows = KeyPurpose::all()
            .iter()
            .map(|&purpose| wrap(root, database_id, purpose, 1, &Secret::generate()))
            .collect::<Result<Vec<_>, _>>()?;
        // Opening what was just wrapped is the proof that it can be opened again.
        let keyring = Self::open(root, database_id, &rows)?;
        Ok((keyring, rows))
    }

    /// Opens the rows of the `keyring` table.
    pub fn open(root: &RootKey, database_id: &str, rows: &[WrappedKey]) -> Result<Self, KeyError> {
        let mut opened = OpenedKeys::unwrap_all(root, database_id, rows)?;
        Ok(Self {
            case_wrapping: opened.take(KeyPurpose::CaseWrapping, |secret| secret)?,
            token_signing: opened.take(KeyPurpose::TokenSigning, |secret| SigningKeyVersion::new(&secret))?,
            audit_signing: opened.take(KeyPurpose::AuditSigning, |secret| SigningKeyVersion::new(&secret))?,
            password_pepper: opened.take(KeyPurpose::PasswordPepper, |secret| secret)?,
            refresh_tokens: opened.take(KeyPurpose::RefreshTokens, |secret| secret)?,
            stored_answers: opened.take(KeyPurpose::StoredAnswers, |secret| secret)?,
            search_texts: opened.take(KeyPurpose::SearchTexts, |secret| secret)?,
        })
    }

    /// The next version of the key that signs the log, to be stored, with its public half. A keyring that is opened
    /// afterwards has it.
    pub fn next_audit_signing(
        &self,
        root: &RootKey,
        database_id: &str,
    ) -> Result<(WrappedKey, VerifyingKey), KeyError> {
        let secret = Secret::generate();
        let public = SigningKeyVersion::new(&secret).key.verifying_key();
        let version = self.audit_signing_version() + 1;
        Ok((wrap(root, database_id, KeyPurpose::AuditSigning, version, &secret)?, public))
    }

    /// A new random key for a new case, and its row.
    pub fn new_case_key(&self, case: CaseId) -> Result<(CaseKey, WrappedCaseKey), SealError> {
        let (key_version, wrapping) = self.case_wrapping.current();
        let secret = Secret::generate();
        let wrapped = envelope::seal(wrapping, key_version, &case_key_place(&case), secret.bytes())?;
        Ok((CaseKey::new(case, secret), WrappedCaseKey { case_id: case, key_version, wrapped }))
    }

    /// Opens the key of a case.
    pub fn case_key(&self, row: &WrappedCaseKey) -> Result<CaseKey, SealError> {
        let wrapping =
            self.case_wrapping.get(row.key_version).ok_or(SealError::UnknownKeyVersion(row.key_version))?;
        let bytes = envelope::open(wrapping, row.key_version, &case_key_place(&row.case_id), &row.wrapped)?;
        let secret = Secret::from_slice(&bytes).ok_or(SealError::DoesNotOpen)?;
        Ok(CaseKey::new(row.case_id, secret))
    }

    /// The key that signs access tokens.
    #[must_use]
    pub fn token_signing(&self) -> &SigningKeyVersion {
        self.token_signing.current().1
    }

    /// Every key whose tokens are still accepted, the newest first.
    pub fn token_verifying(&self) -> impl Iterator<Item = &SigningKeyVersion> {
        self.token_signing.all()
    }

    /// The newest version of the key that signs checkpoints of the log.
    #[must_use]
    pub fn audit_signing_version(&self) -> i32 {
        self.audit_signing.current().0
    }

    /// A version of the key that signs checkpoints of the log.
    #[must_use]
    pub fn audit_signing(&self, version: i32) -> Option<&SigningKeyVersion> {
        self.audit_signing.get(version)
    }

    /// Every key that has signed checkpoints, the oldest first.
    pub fn audit_verifying(&self) -> impl Iterator<Item = (i32, &SigningKeyVersion)> {
        (1..=self.audit_signing_version())
            .filter_map(|version| self.audit_signing(version).map(|key| (version, key)))
    }

    /// The version of the pepper that new hashes are made with.
    #[must_use]
    pub fn pepper_version(&self) -> i32 {
        self.password_pepper.current().0
    }

    /// What a user's password is hashed with: the pepper of a version as it is for them alone, so that
    /// their hash in somebody else's row fits no password. `None` when there is no such version.
    #[must_use]
    pub fn password_secret(&self, version: i32, user: UserId) -> Option<Zeroizing<[u8; 32]>> {
        let pepper = self.password_pepper.get(version)?;
        let info = associated_data::encode("waystation password secret v1", &[user.as_str().as_bytes()]);
        Some(primitives::hkdf_sha256(&[], pepper.bytes(), &[&info]))
    }

    /// HMAC-SHA256 under the current key for refresh tokens. What the message is for must be part of
    /// the message: one key hashes tokens and derives them.
    #[must_use]
    pub fn refresh_token_mac(&self, message: &[u8]) -> [u8; 32] {
        primitives::hmac_sha256(self.refresh_tokens.current().1.bytes(), message)
    }

    /// Seals an answer that is kept for repeats; it opens only in the same context.
    pub fn seal_answer(&self, context: &str, answer: &[u8]) -> Result<Vec<u8>, SealError> {
        let (version, key) = self.stored_answers.current();
        envelope::seal(key, version, &answer_place(context), &padding::pad(answer)?)
    }

    /// Opens a kept answer.
    pub fn open_answer(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let version = envelope::key_version(sealed)?;
        let key = self.stored_answers.get(version).ok_or(SealError::UnknownKeyVersion(version))?;
        let padded = envelope::open(key, version, &answer_place(context), sealed)?;
        Ok(Zeroizing::new(padding::unpad(&padded)?.to_vec()))
    }

    /// Seals what somebody searched for; it opens only under the id of that search.
    pub fn seal_search_text(&self, search: &str, text: &[u8]) -> Result<Vec<u8>, SealError> {
        let (version, key) = self.search_texts.current();
        envelope::seal(key, version, &search_place(search), &padding::pad(text)?)
    }

    /// Opens what somebody searched for.
    pub fn open_search_text(&self, search: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let version = envelope::key_version(sealed)?;
        let key = self.search_texts.get(version).ok_or(SealError::UnknownKeyVersion(version))?;
        let padded = envelope::open(key, version, &search_place(search), sealed)?;
        Ok(Zeroizing::new(padding::unpad(&padded)?.to_vec()))
    }
}

pub(super) fn key_place(database_id: &str, purpose: KeyPurpose, version: i32) -> Vec<u8> {
    let parts = [database_id.as_bytes(), purpose.code().as_bytes(), &version.to_be_bytes()];
    associated_data::encode("waystation keyring v1", &parts)
}

pub(super) fn case_key_place(case: &CaseId) -> Vec<u8> {
    associated_data::encode("waystation case key v1", &[case.as_str().as_bytes()])
}

pub(super) fn answer_place(context: &str) -> Vec<u8> {
    associated_data::encode("waystation stored answer v1", &[context.as_bytes()])
}

pub(super) fn search_place(search: &str) -> Vec<u8> {
    associated_data::encode("waystation search text v1", &[search.as_bytes()])
}

fn wrap(
    root: &RootKey,
    database_id: &str,
    purpose: KeyPurpose,
    version: i32,
    secret: &Secret,
) -> Result<WrappedKey, KeyError> {
    let place = key_place(database_id, purpose, version);
    let wrapped = envelope::seal(root.secret(), version, &place, secret.bytes()).map_err(KeyError::Wrap)?;
    Ok(WrappedKey { purpose, version, wrapped })
}

/// The keys between opening and sorting by purpose.
struct OpenedKeys(Vec<(KeyPurpose, i32, Secret)>);

impl OpenedKeys {
    /// One key that does not open is damage; if none does, the root key is another.
    fn unwrap_all(root: &RootKey, database_id: &str, rows: &[WrappedKey]) -> Result<Self, KeyError> {
        let mut opened = Vec::with_capacity(rows.len());
        let mut damaged = None;
        for &WrappedKey { purpose, version, ref wrapped } in rows {
            let place = key_place(database_id, purpose, version);
            let secret = envelope::open(root.secret(), version, &place, wrapped)
                .and_then(|bytes| Secret::from_slice(&bytes).ok_or(SealError::DoesNotOpen));
            match secret {
                Ok(secret) => opened.push((purpose, version, secret)),
                Err(SealError::NewerFormat(format)) => return Err(KeyError::NewerFormat(format)),
                Err(_) => damaged = Some(KeyError::Damaged { purpose, version }),
            }
        }
        match damaged {
            None => Ok(Self(opened)),
            Some(_) if opened.is_empty() => Err(KeyError::WrongRootKey {
                origin: root.origin().to_owned(),
                database_id: database_id.to_owned(),
            }),
            Some(damaged) => Err(damaged),
        }
    }

    fn take<K>(&mut self, purpose: KeyPurpose, key: impl Fn(Secret) -> K) -> Result<Versions<K>, KeyError> {
        let versions = self.0.extract_if(.., |opened| opened.0 == purpose);
        Versions::new(versions.map(|(_, version, secret)| (version, key(secret))))
            .ok_or(KeyError::Incomplete(purpose))
    }
}

#[cfg(test)]
mod tests;
