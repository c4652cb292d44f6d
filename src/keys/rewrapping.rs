//! The keys of cases that an older version wraps are wrapped by the current one, some at a time.

use std::sync::Arc;

use crate::access::Permit;
use crate::access::permissions::SystemAct;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases::store::keys;
use crate::crypto::Keyring;
use crate::db::WriteTx;
use crate::error::Result;

/// In one commit: well under what a caseworker would notice who waits for the writer meanwhile.
const AT_ONCE: i64 = 200;

/// One batch; how many there were, and 0 when nothing is left to do.
pub async fn some(app: &App) -> Result<usize> {
    let current = app.keyring.case_wrapping_version();
    let any = move |tx: &mut crate::db::Tx<'_>| keys::any_wrapped_before(tx, current);
    if !app.db.unrecorded("whether a key of a case is wrapped by an older one", any).await? {
        return Ok(0);
    }
    let keyring = Arc::clone(&app.keyring);
    let event = Event::new(Action::KeyRewrap).detail("version", current);
    let batch = move |tx: &mut WriteTx<'_>, _: &Permit<SystemAct>| batch(tx, &keyring, current);
    app.db.write(Permit::<SystemAct>::system("upkeep"), event, batch).await?.made()
}

fn batch(tx: &mut WriteTx<'_>, keyring: &Keyring, current: i32) -> Result<usize> {
    let rows = keys::wrapped_before(tx, current, AT_ONCE)?;
    let mut done = 0;
    for row in &rows {
        let rewrapped = keyring.rewrap_case_key(row)?;
        // Another server may have been first.
        done += usize::from(keys::rewrap(tx, row.key_version, &rewrapped)?);
    }
    tx.event.set_detail("keys", done);
    Ok(done)
}
