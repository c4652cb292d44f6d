//! Sealing a server that is open: its keys are wiped, and the process goes on as a new image without them.

use std::net::TcpListener;
use std::sync::Weak;
use std::time::{Duration, Instant};

use actix_web::dev::{Server, ServerHandle};
use actix_web::web::Data;
use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::App;
use crate::config::Config;
use crate::crypto::Keyring;
use crate::door::{image, keeping, marker};

/// How long the server has to give its last answer: that it will be sealed.
const LAST_WORD: Duration = Duration::from_millis(200);
/// How long its parts have to let the keys go, so that these are wiped one by one. The new image takes all memory away
/// in any case.
const LETTING_GO: Duration = Duration::from_secs(1);
/// How long putting it on the record may hold it up, where nobody waits for an answer.
const RECORDING: Duration = Duration::from_secs(2);

/// Stops the server. Requests that still run are cut.
pub(super) async fn end_at_once(handle: &ServerHandle, server: &mut Server) {
    tracing::warn!("sealing");
    if tokio::time::timeout(LAST_WORD, &mut *server).await.is_err() {
        let stopped = async { tokio::join!(handle.stop(false), server) };
        drop(tokio::time::timeout(LETTING_GO, stopped).await);
    }
}

/// SIGUSR1 seals. It is put on the record first, if that can be done soon: whoever sends it may have no time.
pub(super) async fn on_signal(app: Data<App>) {
    let Ok(mut asked) = signal(SignalKind::user_defined1()) else { return };
    if asked.recv().await.is_none() {
        return;
    }
    match tokio::time::timeout(RECORDING, keeping::record_sealing(&app)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(?error, "sealing, though it cannot be put on the record"),
        Err(_) => tracing::error!("sealing, though it is not on the record yet"),
    }
    app.seal.throw();
}

/// Ends as another image of the program, or as an error: never with the keys.
pub(super) fn go_on_sealed(
    config: &Config,
    listener: TcpListener,
    keys: &Weak<Keyring>,
) -> anyhow::Result<()> {
    if !config.root_key.is_with_people()
        && let Err(error) = marker::put(config)
    {
        tracing::error!(
            "a restart will open the server, because it cannot be noted that it was sealed: {error}"
        );
    }
    let deadline = Instant::now() + LETTING_GO;
    while keys.strong_count() > 0 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    match keys.strong_count() {
        0 => tracing::info!("the keys are wiped; going on sealed"),
        held => tracing::error!(held, "something still holds the keys: its memory is taken away unwiped"),
    }
    let never = image::replace(config, listener);
    match never.context("the server is sealed, and ends, because it cannot go on sealed")? {}
}
