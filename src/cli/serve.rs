//! `waystation serve`: the API, until it is told to stop. How it waits to be opened is in [`sealed`], how it is sealed in
//! [`sealing`].

mod sealed;
mod sealing;

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::{Server, ServerHandle};
use actix_web::web::Data;
use anyhow::{Context as _, anyhow};
use tokio::signal::unix::{SignalKind, signal};

use crate::access::FactorRule;
use crate::app::{self, App};
use crate::config::Config;
use crate::door::{marker, memory};
use crate::setup::StartError;
use crate::{metrics, upkeep};

/// Time that a client has to send the head of a request.
const HEAD: Duration = Duration::from_secs(5);
/// Time that an idle connection is kept.
const IDLE: Duration = Duration::from_secs(75);
/// Seconds that running requests have when the server is told to stop.
const GRACE: u64 = 30;

/// Where it is served.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  waystation serve
  waystation serve --data /var/lib/waystation --listen 127.0.0.1:9000

Put a proxy that speaks TLS before it. SIGTERM or Ctrl-C lets running requests end, for at most
30 seconds; a second one stops at once. SIGUSR1 seals the server: it wipes its keys and answers
nobody until it is opened again (`waystation unseal`). The viewer of the API is at /docs/.

Environment:
  DATABASE_URL              a path for SQLite, or postgres://USER@HOST/NAME
  WAYSTATION_DATA           directory of the database and the root key
  WAYSTATION_LISTEN         address to serve on
  WAYSTATION_ROOT_KEY_FILE  file of the root key
  WAYSTATION_ROOT_KEY       the root key itself, instead of a file
  WAYSTATION_ROOT_KEY_SHARES=1            people hand in shares of it, instead (`waystation key split`)
  WAYSTATION_ROOT_KEY_PASSPHRASE_FILE     file of it under a passphrase, which somebody says, instead
  WAYSTATION_ALLOW_KEY_FILE=1             a key file although other machines reach the address
  WAYSTATION_ALLOW_PLAIN_DATABASE_LINK=1  the network to PostgreSQL is protected otherwise
  WAYSTATION_AUDIT_COPY     a copy of the audit log as it grows: file:PATH, or syslog:/dev/log
  WAYSTATION_AUDIT_COPY_REQUIRED=1        nothing is answered before its entry is copied
  WAYSTATION_AUDIT_POLICY   file of the witnesses of the audit log (C2SP tlog-policy)
  WAYSTATION_SECOND_FACTOR_FOR            more roles that need a second factor: caseworker, reader
  WAYSTATION_ALLOW_PASSWORD_ALONE=1       nobody needs one; for trials
  WAYSTATION_IDLE_DAYS                    days without a login after which an account is suspended [90]
  WAYSTATION_READING_BUDGET               cases a user opens in an hour and a day before a coordinator is asked [30,100]
  WAYSTATION_SMTP           a mail server that tells people that something waits: smtps://USER:PASSWORD@HOST
  WAYSTATION_SMTP_FROM      from whom: post@example.org
  WAYSTATION_SMTP_AUTHORITIES             file of the authorities (PEM) that certify it
  WAYSTATION_SMTP_TEXT      all that a message says [Something waits for you.]
  WAYSTATION_TRUSTED_PROXIES              addresses of proxies whose X-Forwarded-For is believed
  WAYSTATION_METRICS_LISTEN figures for a monitor (OpenMetrics), such as 127.0.0.1:9464
  WAYSTATION_WORKERS        worker threads; one a core when not said
  WAYSTATION_LOG            error, warn, info, debug, or a filter; info when not said
  WAYSTATION_LOG_FORMAT     human or json; human on a terminal when not said")]
pub struct Arguments {
    /// Address to serve on [env: WAYSTATION_LISTEN; default: 127.0.0.1:8080]
    #[arg(long, value_name = "IP:PORT")]
    pub listen: Option<String>,
    /// Says to a new image of the program that it was sealed, and that its socket is its standard input
    #[arg(long, hide = true)]
    after_sealing: bool,
}

/// Connections at once. Well below the files that a service may open, so that the database keeps its own.
const MOST_CONNECTIONS: usize = 4096;

/// Where the address of the figures is chosen.
const METRICS: &str = "WAYSTATION_METRICS_LISTEN";

/// Why a server came to its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// It was told to stop.
    Stopped,
    /// It was sealed: it is to go on without keys.
    Sealed,
}

/// Serves until a signal comes: sealed first, where people have the key or somebody sealed it by hand.
pub fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<()> {
    memory::keep_private().context("the memory of this process cannot be kept to itself")?;
    config.refuse_exposed_key_file()?;
    let system = actix_web::rt::System::new();
    let starts_sealed = config.root_key.is_with_people() || marker::is_there(config);
    let (app, listener) = if arguments.after_sealing || starts_sealed {
        let Some(opened) = sealed::run(config, &system, arguments.after_sealing)? else { return Ok(()) };
        opened
    } else {
        let mut app = App::open(config)?;
        if let Some(target) = &config.copy {
            app.db = app.db.copying(&config.database, target, &config.copy_sent())?;
        }
        (app, listen(config)?)
    };
    let app = Data::new(app);
    let keys = Arc::downgrade(&app.keyring);
    match system.block_on(serve(config, app, listener.try_clone()?))? {
        Ended::Stopped => Ok(()),
        Ended::Sealed => sealing::go_on_sealed(config, listener, &keys),
    }
}

/// The server over a socket; nothing stops it yet.
pub(super) fn server(app: &Data<App>, workers: usize, listener: TcpListener) -> std::io::Result<Server> {
    let app = app.clone();
    let server = HttpServer::new(move || app::build(app.clone()))
        .workers(workers)
        .client_request_timeout(HEAD)
        .keep_alive(IDLE)
        .max_connections(MOST_CONNECTIONS / workers.max(1))
        // Whoever goes away is not worked for any longer: their place in a queue is free at once.
        .h1_allow_half_closed(false)
        .shutdown_timeout(GRACE)
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}

/// Serves on a socket until a signal comes, or somebody seals it.
pub(super) async fn serve(config: &Config, app: Data<App>, listener: TcpListener) -> anyhow::Result<Ended> {
    // Before the first request, so that every entry of this server follows its start.
    upkeep::record_start(&app.db, false)
        .await
        .map_err(StartError::from)
        .context("the start could not be put on the record")?;
    let metrics = match config.metrics {
        Some(address) => {
            Some(metrics::server(&app, bind(address, METRICS)?).context("the figures cannot be served")?)
        }
        None => None,
    };
    let server = server(&app, config.workers, listener).context("the server cannot start")?;
    if config.factors == FactorRule::nobody() {
        tracing::warn!(
            "a password is enough for everybody (WAYSTATION_ALLOW_PASSWORD_ALONE): for trials only"
        );
    }
    tracing::info!(address = %config.listen, database = config.database.kind(), "serving");
    let handle = server.handle();
    let stopper = actix_web::rt::spawn(stop_on_signal(handle.clone()));
    let sealer = actix_web::rt::spawn(sealing::on_signal(app.clone()));
    let switch = app.seal.clone();
    let background = actix_web::rt::spawn(upkeep::run(app.clone()));
    let metrics = metrics.map(actix_web::rt::spawn);
    tokio::pin!(server);
    let ended = tokio::select! {
        ended = &mut server => ended.context("the server failed").map(|()| Ended::Stopped),
        () = switch.thrown() => {
            sealing::end_at_once(&handle, &mut server).await;
            Ok(Ended::Sealed)
        }
    };
    stopper.abort();
    if let Some(metrics) = metrics {
        metrics.abort();
        drop(metrics.await);
    }
    for task in [background, sealer] {
        task.abort();
        // Awaited, because what it holds of the keys goes with it.
        drop(task.await);
    }
    if matches!(ended, Ok(Ended::Stopped)) {
        upkeep::sign_the_end(&app).await;
    }
    drop(app);
    tracing::info!("stopped");
    ended
}

/// Takes the address of the configuration.
pub(super) fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    bind(config.listen, "--listen")
}

/// `setting` is where another address is chosen.
fn bind(address: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    let port = address.port();
    TcpListener::bind(address).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow!("port {port} is in use: choose another one with {setting}"),
        ErrorKind::PermissionDenied => {
            anyhow!("port {port} is not allowed to this user: choose one above 1023 with {setting}")
        }
        ErrorKind::AddrNotAvailable => {
            anyhow!("{address} is no address of this machine: choose one with {setting}")
        }
        _ => anyhow!("{address} cannot be served: {error}"),
    })
}

/// The first signal lets running requests end, the second does not.
async fn stop_on_signal(server: ServerHandle) -> anyhow::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut graceful = true;
    loop {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!(graceful, "stopping");
        // Not awaited: the next signal must be heard while this one is obeyed.
        drop(actix_web::rt::spawn(server.stop(graceful)));
        graceful = false;
    }
}
