//! What the server does by itself, beside requests: it signs the log as it grows, and forgets answers that nobody
//! may repeat any more.

use std::time::Duration;

use actix_web::web::Data;

use crate::access::Permit;
use crate::access::permissions::SystemAct;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::db::idempotency;
use crate::error::Result;

const PAUSE: Duration = Duration::from_secs(600);
/// A change is signed at most five seconds after it was made, with a second for the work.
const BETWEEN_CHECKPOINTS: Duration = Duration::from_secs(4);

/// Goes on until it is dropped.
pub async fn run(app: Data<App>) {
    tokio::join!(sign(&app), clean(&app));
}

/// What is in the way is told once, and again when it is something else.
async fn sign(app: &App) {
    let mut ticks = tokio::time::interval(BETWEEN_CHECKPOINTS);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut told = String::new();
    loop {
        ticks.tick().await;
        let failure =
            app.notary.publish(&app.db).await.err().map(|error| error.to_string()).unwrap_or_default();
        if failure != told {
            if failure.is_empty() {
                tracing::info!("the log is signed again");
            } else {
                tracing::error!("the log is not signed: {failure}");
            }
            told = failure;
        }
    }
}

async fn clean(app: &App) {
    let mut ticks = tokio::time::interval(PAUSE);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = forget_old_answers(app).await {
            tracing::warn!(?error, "answers kept for repeats could not be forgotten; trying again later");
        }
    }
}

/// One round; it stands on the record only when there was something to do.
pub async fn forget_old_answers(app: &App) -> Result<()> {
    if !app.db.unrecorded("whether there is anything to forget", idempotency::any_old).await? {
        return Ok(());
    }
    let event = Event::new(Action::SystemMaintain).detail("forgotten", "stored_answers");
    app.db
        .write(Permit::<SystemAct>::system("upkeep"), event, |tx, _| idempotency::forget_old(tx).map(drop))
        .await?
        .made()
}

/// Puts it on the record that a server started.
pub async fn record_start(app: &App) -> Result<()> {
    let event = Event::new(Action::SystemStart).detail("version", env!("CARGO_PKG_VERSION"));
    app.db.write(Permit::<SystemAct>::system("start"), event, |_, _| Ok(())).await?.made()
}
