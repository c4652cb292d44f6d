//! All versions of all keys, opened.

use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use super::KeyPurpose;
use super::rows::{self, WrappedKey};
use super::signing::SigningKeyVersion;
use crate::crypto::error::{KeyError, SealError};
use crate::crypto::secret::Secret;
use crate::crypto::versions::{Version, Versions};
use crate::crypto::{RootKey, associated_data, envelope, primitives};

/// What the keyring holds at one moment.
pub(super) struct Keys {
    pub case_wrapping: Versions<Secret>,
    pub token_signing: Versions<SigningKeyVersion>,
    pub audit_signing: Versions<SigningKeyVersion>,
    pub password_pepper: Versions<Secret>,
    pub refresh_tokens: Versions<Secret>,
    pub stored_answers: Versions<Secret>,
    pub search_texts: Versions<Secret>,
    /// Which they are, to see that others are meant.
    held: Vec<Held>,
}

type Held = (KeyPurpose, i32, bool);

/// A key of the keyring is made of 32 secret bytes, and gives them back to be wrapped anew.
trait Material {
    fn of(secret: Secret) -> Self;
    fn secret(&self) -> Secret;
}

impl Material for Secret {
    fn of(secret: Secret) -> Self {
        secret
    }

    fn secret(&self) -> Secret {
        Self::new(self.bytes())
    }
}

impl Material for SigningKeyVersion {
    fn of(secret: Secret) -> Self {
        Self::new(SigningKey::from_bytes(secret.bytes()))
    }

    fn secret(&self) -> Secret {
        Secret::new(&Zeroizing::new(self.key.to_bytes()))
    }
}

impl Keys {
    /// Opens the rows of the `keyring` table. One key that does not open is damage; if none does, the root key is
    /// another.
    pub(super) fn unwrapped(
        root: &RootKey,
        database_id: &str,
        rows: &[WrappedKey],
    ) -> Result<Self, KeyError> {
        let mut opened = Opened::default();
        let mut damaged = None;
        for row in rows {
            match rows::unwrap(root, database_id, row) {
                Ok(secret) => opened.add(row, secret),
                Err(SealError::NewerFormat(format)) => return Err(KeyError::NewerFormat(format)),
                Err(_) => {
                    damaged = Some(KeyError::Damaged { purpose: row.purpose, version: row.version });
                }
            }
        }
        match damaged {
            Some(_) if opened.0.is_empty() => Err(KeyError::WrongRootKey {
                origin: root.origin().to_owned(),
                database_id: database_id.to_owned(),
            }),
            Some(damaged) => Err(damaged),
            None => opened.sorted(rows),
        }
    }

    /// The keys of `rows`, without the root key: those that are held, and those that were handed over by one that is.
    pub(super) fn followed(&self, database_id: &str, rows: &[WrappedKey]) -> Result<Self, KeyError> {
        let mut opened = Opened::default();
        for row in rows {
            let secret = self.secret(row.purpose, row.version).or_else(|| {
                let giver = opened
                    .find(row.purpose, row.version - 1)
                    .map(Material::secret)
                    .or_else(|| self.secret(row.purpose, row.version - 1))?;
                taken_over(database_id, &giver, row)
            });
            let unknown = || KeyError::NotHandedOver { purpose: row.purpose, version: row.version };
            opened.add(row, secret.ok_or_else(unknown)?);
        }
        opened.sorted(rows)
    }

    /// Whether `rows` are just what is held.
    pub(super) fn are(&self, rows: &[WrappedKey]) -> bool {
        self.held == held(rows)
    }

    /// The newest version of a key, in use or not yet.
    pub(super) fn newest(&self, purpose: KeyPurpose) -> i32 {
        let versions = self.held.iter().filter(|held| held.0 == purpose);
        versions.map(|held| held.1).max().unwrap_or_default()
    }

    /// A key that is held, as it is to be wrapped.
    pub(super) fn secret(&self, purpose: KeyPurpose, version: i32) -> Option<Secret> {
        fn of<K: Material>(versions: &Versions<K>, version: i32) -> Option<Secret> {
            versions.get(version).map(|key| key.secret())
        }
        match purpose {
            KeyPurpose::CaseWrapping => of(&self.case_wrapping, version),
            KeyPurpose::TokenSigning => of(&self.token_signing, version),
            KeyPurpose::AuditSigning => of(&self.audit_signing, version),
            KeyPurpose::PasswordPepper => of(&self.password_pepper, version),
            KeyPurpose::RefreshTokens => of(&self.refresh_tokens, version),
            KeyPurpose::StoredAnswers => of(&self.stored_answers, version),
            KeyPurpose::SearchTexts => of(&self.search_texts, version),
        }
    }

    /// What is held, the oldest versions first.
    pub(super) fn held(&self) -> impl Iterator<Item = (KeyPurpose, i32)> {
        self.held.iter().map(|&(purpose, version, _)| (purpose, version))
    }
}

/// Puts a new key into the hands of whoever holds the version before it.
pub(super) fn handed_over(
    database_id: &str,
    giver: &Secret,
    (purpose, version): (KeyPurpose, i32),
    secret: &Secret,
) -> Result<Vec<u8>, KeyError> {
    let place = rows::handover_place(database_id, purpose, version);
    envelope::seal(&handover_key(giver), version, &place, secret.bytes()).map_err(KeyError::Wrap)
}

fn taken_over(database_id: &str, giver: &Secret, row: &WrappedKey) -> Option<Secret> {
    let place = rows::handover_place(database_id, row.purpose, row.version);
    let sealed = row.handover.as_deref()?;
    let bytes = envelope::open(&handover_key(giver), row.version, &place, sealed).ok()?;
    Secret::from_slice(&bytes)
}

/// A key does one thing: for handing over, each gives another.
pub(in crate::crypto) fn handover_key(giver: &Secret) -> Secret {
    let info = associated_data::encode("waystation handover key v1", &[]);
    Secret::new(&primitives::hkdf_sha256(&[], giver.bytes(), &[&info]))
}

fn held(rows: &[WrappedKey]) -> Vec<Held> {
    let mut held: Vec<Held> = rows.iter().map(|row| (row.purpose, row.version, row.is_in_use)).collect();
    held.sort_unstable();
    held
}

/// The keys between opening and sorting by purpose.
#[derive(Default)]
struct Opened(Vec<(Held, Secret)>);

impl Opened {
    fn add(&mut self, row: &WrappedKey, secret: Secret) {
        self.0.push(((row.purpose, row.version, row.is_in_use), secret));
    }

    fn find(&self, purpose: KeyPurpose, version: i32) -> Option<&Secret> {
        let found = self.0.iter().find(|((of, number, _), _)| *of == purpose && *number == version);
        found.map(|(_, secret)| secret)
    }

    fn sorted(mut self, rows: &[WrappedKey]) -> Result<Keys, KeyError> {
        Ok(Keys {
            case_wrapping: self.take(KeyPurpose::CaseWrapping)?,
            token_signing: self.take(KeyPurpose::TokenSigning)?,
            audit_signing: self.take(KeyPurpose::AuditSigning)?,
            password_pepper: self.take(KeyPurpose::PasswordPepper)?,
            refresh_tokens: self.take(KeyPurpose::RefreshTokens)?,
            stored_answers: self.take(KeyPurpose::StoredAnswers)?,
            search_texts: self.take(KeyPurpose::SearchTexts)?,
            held: held(rows),
        })
    }

    fn take<K: Material>(&mut self, purpose: KeyPurpose) -> Result<Versions<K>, KeyError> {
        let versions = self.0.extract_if(.., |opened| opened.0.0 == purpose);
        let versions = versions.map(|((_, number, is_in_use), secret)| Version {
            number,
            is_in_use,
            key: K::of(secret),
        });
        Versions::new(versions).ok_or(KeyError::Incomplete(purpose))
    }
}
