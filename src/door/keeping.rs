//! What the operator at the machine does, put on the record: splits of the root key, a passphrase, sealing and opening by hand.

use crate::access::Permit;
use crate::access::UserId;
use crate::access::permissions::SystemAct;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::crypto::Share;
use crate::db::key_splits::{self, Dealt};
use crate::error::Result;

/// Makes a split the one that counts.
pub async fn record_split(app: &App, by: UserId, shares: &[Share]) -> Result<()> {
    let dealt: Vec<Dealt> = shares.iter().map(Dealt::from).collect();
    let mut event = Event::new(Action::KeySplit).detail("by", by).detail("shares", shares.len());
    if let Some(first) = shares.first() {
        event = event.subject(first.split()).detail("threshold", first.threshold());
    }
    let split = move |tx: &mut crate::db::WriteTx<'_>, _: &_| key_splits::add(tx, by, &dealt);
    app.db.write(Permit::<SystemAct>::system("operator"), event, split).await?.made()
}

/// Says that the key is put under a passphrase, before it is.
pub async fn record_passphrase(app: &App, by: UserId) -> Result<()> {
    let event = Event::new(Action::KeyPassphrase).detail("by", by);
    app.db.write(Permit::<SystemAct>::system("operator"), event, |_, _| Ok(())).await?.made()
}

/// Says that the operator opens a server that was sealed by hand, before it is.
pub async fn record_unsealing(app: &App) -> Result<()> {
    let event = Event::new(Action::SystemUnseal).detail("by", "operator");
    app.db.write(Permit::<SystemAct>::system("operator"), event, |_, _| Ok(())).await?.made()
}

/// Says that the operator seals the server, before it is.
pub async fn record_sealing(app: &App) -> Result<()> {
    let event = Event::new(Action::SystemSeal).detail("by", "signal");
    app.db.write(Permit::<SystemAct>::system("operator"), event, |_, _| Ok(())).await?.made()
}
