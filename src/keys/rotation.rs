//! A key gets another version.

use super::{KNOWN_WITHIN, follow};
use crate::access::Permit;
use crate::access::permissions::SystemAct;
use crate::app::App;
use crate::audit::checkpoint::NotSigned;
use crate::audit::{Action, Event};
use crate::crypto::{KeyError, KeyPurpose, RootKey, WrappedKey};
use crate::db::keyring_rows;
use crate::db::types::Timestamp;
use crate::error::{Error, Result};

/// Why a key was not rotated, or not to the end.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// The database.
    #[error("{}", crate::setup::because(.0))]
    Failed(Error),
    /// The keys.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The log.
    #[error("the log cannot be signed: {0}")]
    NotSigned(#[from] NotSigned),
}

impl From<Error> for RotationError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// A version of a key that is to be used.
#[derive(Clone, Copy, Debug)]
pub struct Begun {
    /// Which.
    pub version: i32,
    /// From when on.
    pub active_from: Timestamp,
}

/// Gives a key another version. It is handed over to the servers that run, which use it once all of them know it.
pub async fn rotate(app: &App, root: &RootKey, purpose: KeyPurpose) -> Result<Begun, RotationError> {
    if purpose == KeyPurpose::AuditSigning {
        rotate_log_key(app, root).await?;
        return Ok(Begun { version: app.keyring.audit_signing_version(), active_from: app.clock.now() });
    }
    follow(app).await?;
    let next = app.keyring.next(root, purpose)?.row;
    let begun = Begun { version: next.version, active_from: app.clock.now().plus(KNOWN_WITHIN) };
    let event = Event::new(Action::KeyRotate).detail("purpose", purpose).detail("version", next.version);
    store(app, event, next, Some(begun.active_from)).await?;
    follow(app).await?;
    Ok(begun)
}

/// Gives the log a new key, announced on the log, and has the old key sign the announcement.
async fn rotate_log_key(app: &App, root: &RootKey) -> Result<(), RotationError> {
    follow(app).await?;
    app.notary.publish(&app.db).await?;
    let next = app.keyring.next(root, KeyPurpose::AuditSigning)?;
    let event = app.notary.announcing(&next.public);
    // At once: a server that does not know it yet signs nothing until it does.
    store(app, event, next.row, None).await?;
    follow(app).await?;
    app.db.sequence_now().await?;
    // With the new key in its keyring it knows that the old one has still to sign what announces it.
    app.notary.publish(&app.db).await?;
    Ok(())
}

async fn store(app: &App, event: Event, row: WrappedKey, active_from: Option<Timestamp>) -> Result<()> {
    let written = app.db.write(Permit::<SystemAct>::system("operator"), event, move |tx, _| {
        let now = tx.now();
        keyring_rows::add(tx.conn(), &row, now, active_from.unwrap_or(now))
    });
    written.await?.made()
}
