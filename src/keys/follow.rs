//! A server takes over what the keyring is in the database.

use crate::app::App;
use crate::crypto::WrappedKey;
use crate::db::{Tx, keyring_rows};
use crate::error::{Error, Result};

/// Looks, and takes over what is new or gone; whether there was anything.
pub async fn follow(app: &App) -> Result<bool> {
    let rows = app.db.unrecorded("which keys there are", rows).await?;
    app.keyring.follow(&rows).map_err(Error::internal)
}

pub(super) fn rows(tx: &mut Tx<'_>) -> Result<Vec<WrappedKey>> {
    let now = tx.now();
    Ok(keyring_rows::live(tx.conn())?.into_iter().map(|row| row.wrapped_at(now)).collect())
}
