//! The keyring is wrapped by another root key, in one commit.
//!
//! The new key is on the disk before anything needs it, and takes the old one's place afterwards: whoever is killed
//! between the two finds it beside the old one at the next start, and goes on.

use std::path::{Path, PathBuf};

use super::{RotationError, follow};
use crate::access::Permit;
use crate::access::permissions::SystemAct;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::config::Config;
use crate::crypto::{KeyError, Keyring, RootKey, RootKeySource, private_file};
use crate::db::keyring_rows::{self, Identity};
use crate::db::sqlite_file::beside;
use crate::error::Error;
use crate::keyholders;
use crate::setup::StartError;

/// Wraps every key by `new`. Servers that run hold the keys themselves, and notice nothing.
pub async fn rotate(app: &App, new: &RootKey) -> Result<(), RotationError> {
    follow(app).await?;
    let rows = app.keyring.wrapped_by(new)?;
    let event = Event::new(Action::KeyRotateRoot).detail("keys", rows.len());
    let written = app.db.write(Permit::<SystemAct>::system("operator"), event, move |tx, _| {
        if keyring_rows::live(tx.conn())?.len() != rows.len() {
            // A version was added meanwhile, and the new root key would not open it.
            return Err(Error::overloaded());
        }
        for row in &rows {
            keyring_rows::rewrap(tx.conn(), row)?;
        }
        Ok(())
    });
    Ok(written.await?.made()?)
}

/// Where the key is that takes the place of the one in this file.
#[must_use]
pub fn next_to(file: &Path) -> PathBuf {
    beside(file, ".next")
}

/// Opens the keyring; where the root key was being changed when it was killed, by the new key, which then takes its
/// place.
pub(crate) fn open_keyring(config: &Config, identity: &Identity) -> Result<Keyring, StartError> {
    let (id, rows) = (&identity.database_id, &identity.keys);
    let opened = keyholders::root_key(config).and_then(|root| Ok(Keyring::open(&root, id, rows)?));
    let (Err(StartError::Key(KeyError::WrongRootKey { .. })), RootKeySource::File(path)) =
        (&opened, &config.root_key)
    else {
        return opened;
    };
    let next = next_to(path);
    if !next.exists() {
        return opened;
    }
    let root = RootKey::load(&RootKeySource::File(next.clone()))?;
    let keyring = Keyring::open(&root, id, rows)?;
    take_place(&next, path)?;
    tracing::warn!(
        "the root key was being changed when that was broken off: the new one is in its place now"
    );
    Ok(keyring)
}

/// Puts the new key into the old one's place.
pub fn take_place(next: &Path, file: &Path) -> Result<(), KeyError> {
    let moved = std::fs::rename(next, file).and_then(|()| private_file::sync_directory_of(file));
    moved.map_err(|cause| KeyError::Unwritable { path: file.to_owned(), cause })
}
