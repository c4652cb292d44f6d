//! What the server does by itself, beside requests: it signs the log as it grows, forgets answers that nobody may repeat
//! any more, keeps the names that can be searched, tells alarms, carries the rotation of keys on, asks
//! for whom the rules of retention name, and erases whom it is time to erase.

use std::time::Duration;

use actix_web::web::Data;
use chrono::TimeDelta;

use crate::access::Permit;
use crate::access::permissions::SystemAct;
use crate::app::App;
use crate::audit::alarms::{self, Raised};
use crate::audit::times::Stretch;
use crate::audit::{Action, Event, status, text};
use crate::db::{Db, WriteTx, idempotency};
use crate::error::Result;
use crate::{accounts, emergency, keys, notices, readings, retention};

/// How often answers are forgotten.
const PAUSE: Duration = Duration::from_secs(600);
/// A change is signed at most five seconds after it was made, with a second for the work.
const BETWEEN_CHECKPOINTS: Duration = Duration::from_secs(4);
/// How often alarms are looked for, and how the log stands.
const LOOK: Duration = Duration::from_secs(60);
/// How often the rules of retention look at closed cases.
const RETAIN: Duration = Duration::from_secs(3600);
/// How often it is looked whether a key got another version: well within the time before one is used.
const FOLLOW_KEYS: Duration = Duration::from_secs(1);
/// How often, in those looks, whether one can be destroyed.
const RETIRE_EACH: u32 = 60;
/// How far back alarms are told at the start: again rather than never.
const TOLD_AGAIN: TimeDelta = TimeDelta::days(1);

/// Goes on until it is dropped.
pub async fn run(app: Data<App>) {
    tokio::join!(
        sign(&app),
        clean(&app),
        watch(&app),
        look_after_keys(&app),
        erase(&app),
        retain(&app),
        tell_by_mail(&app),
        app.search.keep(&app)
    );
}

/// What is in the way is told once, and again when it is something else.
async fn sign(app: &App) {
    let mut ticks = every(BETWEEN_CHECKPOINTS);
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

/// Follows the keyring each second, wraps anew what an older version wraps, and destroys what nothing needs.
async fn look_after_keys(app: &App) {
    let mut ticks = every(FOLLOW_KEYS);
    let mut told = false;
    let mut rounds = 0_u32;
    loop {
        ticks.tick().await;
        let done = async {
            keys::follow(app).await?;
            while keys::rewrapping::some(app).await? > 0 {}
            if rounds.is_multiple_of(RETIRE_EACH) {
                keys::retirement::run(app).await?;
            }
            Ok::<(), crate::error::Error>(())
        };
        match done.await {
            Ok(()) => told = false,
            Err(error) if !told => {
                tracing::error!(?error, "the keys cannot be looked after; trying again each second");
                told = true;
            }
            Err(_) => {}
        }
        rounds = rounds.wrapping_add(1);
    }
}

/// What came after the last checkpoint is not left without one when the server stops.
pub async fn sign_the_end(app: &App) {
    if let Err(failure) = app.notary.publish_all(&app.db).await {
        tracing::error!("the end of the log is not signed: {failure}");
    }
}

async fn clean(app: &App) {
    let mut ticks = every(PAUSE);
    loop {
        ticks.tick().await;
        if let Err(error) = forget_old_answers(app).await {
            tracing::warn!(?error, "answers kept for repeats could not be forgotten; trying again later");
        }
        if let Err(error) = forget_old_texts(app).await {
            tracing::warn!(?error, "texts of searches could not be forgotten; trying again later");
        }
        if let Err(error) = forget_old_notices(app).await {
            tracing::warn!(?error, "old notices could not be forgotten; trying again later");
        }
        if let Err(error) = forget_old_readings(app).await {
            tracing::warn!(?error, "what was opened a day ago could not be forgotten; trying again later");
        }
    }
}

/// Erases whom it is time to erase.
async fn erase(app: &App) {
    let mut ticks = every(LOOK);
    loop {
        ticks.tick().await;
        if let Err(error) = retention::run(app).await {
            tracing::error!(?error, "an erasure that is due could not be carried out; trying again later");
        }
    }
}

/// Suspends accounts that nobody uses, and asks that whoever has been gone for as long as the network keeps them be erased.
async fn retain(app: &App) {
    let mut ticks = every(RETAIN);
    loop {
        ticks.tick().await;
        match accounts::idle::suspend(app).await {
            Ok(0) => {}
            Ok(suspended) => tracing::warn!(suspended, "accounts that nobody used are suspended"),
            Err(error) => {
                tracing::error!(
                    ?error,
                    "accounts that nobody uses could not be suspended; trying again later"
                );
            }
        }
        match retention::ask_for_outlived(app).await {
            Ok(0) => {}
            Ok(asked) => tracing::warn!(
                asked,
                "the rules of retention ask that persons be erased: coordinators decide, see GET /v1/erasures"
            ),
            Err(error) => {
                tracing::error!(?error, "the rules of retention could not be followed; trying again later");
            }
        }
    }
}

/// Tells people by e-mail that something waits.
async fn tell_by_mail(app: &App) {
    let mut ticks = every(LOOK);
    loop {
        ticks.tick().await;
        if let Err(error) = notices::mail::look_after_keys(app).await {
            tracing::error!(?error, "addresses of e-mail could not be sealed anew; trying again later");
        }
        if let Err(error) = notices::mail::run(app).await {
            tracing::warn!(?error, "it cannot be seen who is to be told by e-mail; trying again later");
        }
    }
}

async fn watch(app: &App) {
    let mut ticks = every(LOOK);
    let mut looked_to = None;
    loop {
        ticks.tick().await;
        if let Err(error) = emergency::remind(app).await {
            tracing::warn!(?error, "it cannot be seen which reviews are due; trying again later");
        }
        match tell_alarms(app, looked_to).await {
            Ok(looked) => looked_to = Some(looked.to),
            Err(error) => tracing::warn!(?error, "alarms could not be looked for; trying again later"),
        }
        match status::waiting(app).await {
            Ok(waiting) if waiting.is_alarm() => {
                let events = waiting.events;
                tracing::error!(
                    events,
                    "events have no position in the log for more than a minute: nobody numbers them"
                );
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(?error, "it cannot be seen how the log stands; trying again later"),
        }
    }
}

fn every(pause: Duration) -> tokio::time::Interval {
    let mut ticks = tokio::time::interval(pause);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    ticks
}

/// One look for alarms.
pub struct Looked {
    /// How many alarms it told.
    pub alarms: usize,
    /// Before which position it looked: the next look begins there.
    pub to: i64,
}

/// Tells each alarm since the position `from` by the id of its entry; without one, those of the last day.
pub async fn tell_alarms(app: &App, from: Option<i64>) -> Result<Looked> {
    let look = move |tx: &mut crate::db::Tx<'_>| {
        let lately = Stretch { after: Some(tx.now().plus(-TOLD_AGAIN)), before: None }.positions(tx)?;
        let within = from.unwrap_or(lately.start)..lately.end;
        Ok((alarms::raised(tx, &within)?, lately.end))
    };
    let (raised, to) = app.db.unrecorded("whether there are alarms", look).await?;
    for (event, raised) in &raised {
        match raised {
            Raised::Canary => {
                tracing::warn!(%event, "a canary case was opened: see GET /v1/audit/alarms");
            }
            Raised::BrokenSeal => {
                tracing::error!(
                    %event,
                    "a stored value did not open: see GET /v1/audit/alarms and `waystation audit verify-state`"
                );
            }
            Raised::Emergency => {
                tracing::warn!(%event, "a case was opened in an emergency: see GET /v1/emergency-accesses");
            }
            Raised::Duress => {
                tracing::error!(%event, "a user logged in under duress: see GET /v1/audit/alarms, and act");
            }
            Raised::Unreviewed => {
                tracing::error!(
                    %event,
                    "nobody has reviewed an emergency access in time: see GET /v1/emergency-accesses?review=waiting"
                );
            }
        }
    }
    Ok(Looked { alarms: raised.len(), to })
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

/// The same for what was searched for.
pub async fn forget_old_texts(app: &App) -> Result<()> {
    if !app.db.unrecorded("whether there is anything to forget", text::any_old).await? {
        return Ok(());
    }
    let event = Event::new(Action::SystemMaintain).detail("forgotten", "search_texts");
    app.db.write(Permit::<SystemAct>::system("upkeep"), event, |tx, _| text::forget_old(tx)).await?.made()
}

/// The same for notices.
pub async fn forget_old_notices(app: &App) -> Result<()> {
    if !app.db.unrecorded("whether there is anything to forget", notices::store::any_old).await? {
        return Ok(());
    }
    let event = Event::new(Action::SystemMaintain).detail("forgotten", "notices");
    let forget = |tx: &mut WriteTx<'_>, _: &Permit<SystemAct>| notices::store::forget_old(tx);
    app.db.write(Permit::<SystemAct>::system("upkeep"), event, forget).await?.made()
}

/// Forgets which cases were opened, when they count for nobody's budget any more.
pub async fn forget_old_readings(app: &App) -> Result<()> {
    if !app.db.unrecorded("whether there is anything to forget", readings::any_old).await? {
        return Ok(());
    }
    let event = Event::new(Action::SystemMaintain).detail("forgotten", "readings");
    let forget = |tx: &mut WriteTx<'_>, _: &Permit<SystemAct>| readings::forget_old(tx);
    app.db.write(Permit::<SystemAct>::system("upkeep"), event, forget).await?.made()
}

/// Puts it on the record that a server started, or goes on, open or sealed.
pub async fn record_start(db: &Db, sealed: bool) -> Result<()> {
    let event = Event::new(Action::SystemStart).detail("version", env!("CARGO_PKG_VERSION"));
    let event = if sealed { event.detail("sealed", true) } else { event };
    db.write(Permit::<SystemAct>::system("start"), event, |_, _| Ok(())).await?.made()
}
