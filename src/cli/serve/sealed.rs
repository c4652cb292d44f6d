//! A server that is sealed: it answers as one, until people have opened it.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::HttpServer;
use actix_web::rt::SystemRunner;
use actix_web::web::Data;
use anyhow::{Context as _, anyhow};
use tokio::signal::unix::{SignalKind, signal};

use super::{HEAD, IDLE, MOST_CONNECTIONS, listen, stop_on_signal};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::door::{Opened, Sealed, application, image};
use crate::setup::{self, StartError};
use crate::upkeep;

/// Seconds that the last answers have, before it serves as an open one.
const LAST_ANSWERS: u64 = 1;
/// How long the threads of the sealed server have to end.
const ENDING: Duration = Duration::from_secs(10);
/// How often it looks for shares that have waited too long.
const LOOK: Duration = Duration::from_secs(5);

/// Waits until it is opened; `None` when it was told to stop before.
pub(super) fn run(
    config: &Config,
    system: &SystemRunner,
    after_sealing: bool,
) -> anyhow::Result<Option<(App, TcpListener)>> {
    // What would be in the way later is told now.
    let clock = Clock::system();
    setup::identity(config, clock.now())?;
    let (mut sealed, opened) = Sealed::new(config, clock.clone()).map_err(StartError::from)?;
    if let Some(target) = &config.copy {
        sealed.db = sealed.db.copying(&config.database, target, &config.copy_sent())?;
    }
    let listener = if after_sealing {
        image::handed_on().context("--after-sealing is what a server says to itself when it was sealed")?
    } else {
        listen(config)?
    };
    let waiting = async {
        let opened = serve(config, sealed, opened, listener.try_clone()?).await?;
        opened
            .map(|(db, opened)| App::opened_with(config, db, opened, clock))
            .transpose()
            .map_err(anyhow::Error::from)
    };
    let app = system.block_on(waiting)?;
    Ok(app.map(|app| (app, listener)))
}

async fn serve(
    config: &Config,
    sealed: Sealed,
    opened: tokio::sync::oneshot::Receiver<Opened>,
    listener: TcpListener,
) -> anyhow::Result<Option<(Db, Opened)>> {
    upkeep::record_start(&sealed.db, true)
        .await
        .map_err(StartError::from)
        .context("the start could not be put on the record")?;
    let sealed = Data::new(sealed);
    let shared = sealed.clone();
    let server = HttpServer::new(move || application::build(shared.clone()))
        .workers(1)
        .client_request_timeout(HEAD)
        .keep_alive(IDLE)
        .max_connections(MOST_CONNECTIONS)
        .h1_allow_half_closed(false)
        .shutdown_timeout(LAST_ANSWERS)
        .disable_signals()
        .listen(listener)
        .context("the server cannot start")?
        .run();
    let handle = server.handle();
    tracing::info!(address = %config.listen, database = config.database.kind(), "sealed: waiting to be opened");
    let background = actix_web::rt::spawn(forget_and_stay(sealed.clone()));
    let stopper = actix_web::rt::spawn(stop_on_signal(handle.clone()));
    tokio::pin!(server);
    let opened = tokio::select! {
        ended = &mut server => ended.map(|()| None),
        opened = opened => {
            // Whoever opened it is told so.
            let ((), ended) = tokio::join!(handle.stop(true), &mut server);
            ended.map(|()| opened.ok())
        }
    };
    stopper.abort();
    background.abort();
    // Awaited, because it holds what is needed next.
    drop(background.await);
    let Some(opened) = opened.context("the server failed")? else {
        tracing::info!("stopped");
        return Ok(None);
    };
    Ok(Some((alone(sealed.into_inner()).await?.db, opened)))
}

/// Waits for the threads of the server to end: the database goes on with the server that is open.
async fn alone(sealed: Arc<Sealed>) -> anyhow::Result<Sealed> {
    let deadline = Instant::now() + ENDING;
    while Arc::strong_count(&sealed) > 1 && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Arc::into_inner(sealed).ok_or_else(|| anyhow!("the sealed server does not end"))
}

/// Shares do not wait for ever. A signal to seal is heard, and there is nothing to do.
async fn forget_and_stay(sealed: Data<Sealed>) {
    let Ok(mut asked) = signal(SignalKind::user_defined1()) else { return };
    loop {
        tokio::select! {
            _ = asked.recv() => tracing::info!("told to seal, and sealed already"),
            () = tokio::time::sleep(LOOK) => {
                if let Err(error) = sealed.forget_old().await {
                    tracing::warn!(?error, "it could not be recorded that shares were forgotten");
                }
            }
        }
    }
}
