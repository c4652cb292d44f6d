//! `waystation demo`: a network with a history, to look at and to try.

use std::fs::Permissions;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::web::Data;
use anyhow::{Context as _, Result, bail};
use chrono::TimeDelta;
use indicatif::{ProgressBar, ProgressStyle};
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};

use super::figures::{FIRST_DAY, LAST_DAY};
use super::generate::{SEED, plan};
use super::history::{self, Network};
use super::plan::Plan;
use super::table::StageCount;
use super::{day, welcome};
use crate::access::FactorRule;
use crate::accounts::password::{Cost, Passwords};
use crate::app::App;
use crate::cli::{init, logging, serve};
use crate::clock::Clock;
use crate::config::{Config, Flags};
use crate::setup::NewNetwork;

/// Where and how.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  waystation demo              made in a few seconds, served until Ctrl-C, then deleted
  waystation demo --once       a day in the network, told step by step; ends by itself
  waystation demo --data DIR   keeps the network; later: waystation serve --data DIR

Everybody in it is made up; how many they are, and what becomes of them, follows published figures.
It needs nothing and reads nothing of the environment; without --data it makes a temporary directory.")]
pub struct Arguments {
    /// Address to serve on [default: 127.0.0.1:8080, or another port when that one is taken]
    #[arg(long, value_name = "IP:PORT", conflicts_with = "once")]
    listen: Option<String>,
    /// Play one day through the real HTTP API and end; not as expected ends with 1
    #[arg(long)]
    once: bool,
    /// Seed of the made-up lives
    #[arg(long, value_name = "NUMBER", default_value_t = SEED)]
    seed: u64,
    /// Keep only one case in so many
    #[arg(long, value_name = "NUMBER", default_value_t = 1, hide = true, value_parser = clap::value_parser!(u16).range(1..))]
    one_in: u16,
}

/// A network with a history.
struct Made {
    config: Config,
    plan: Rc<Plan>,
    network: Network,
    counts: Vec<StageCount>,
    took: Duration,
}

/// Makes it, and serves it or plays its day.
pub fn run(flags: &Flags, arguments: &Arguments) -> Result<()> {
    let temporary = match &flags.data {
        Some(_) => None,
        None => Some(temporary_directory()?),
    };
    let data = flags.data.clone().or_else(|| temporary.as_ref().map(|dir| dir.path().to_owned()));
    let config = configuration(flags, arguments, data)?;
    logging::start(&config, false)?;
    welcome::introduce(&config, temporary.is_some());
    let system = actix_web::rt::System::new();
    let made = system.block_on(until_stopped(make(&config, arguments)))?;
    if arguments.once {
        system.block_on(until_stopped(play(&made)))?;
    } else {
        system.block_on(serve_it(made, arguments.listen.is_some()))?;
    }
    if let Some(directory) = temporary {
        let path = directory.path().display().to_string();
        directory.close().with_context(|| format!("{path} could not be deleted"))?;
        println!("\n{path} is deleted, and the network with it.");
    }
    Ok(())
}

fn temporary_directory() -> Result<TempDir> {
    tempfile::Builder::new()
        .prefix("waystation-demo-")
        .permissions(Permissions::from_mode(0o700))
        .tempdir()
        .context("no temporary directory can be made")
}

/// Of the environment nothing counts: a demonstration must never come near a real network.
fn configuration(flags: &Flags, arguments: &Arguments, data: Option<PathBuf>) -> Result<Config> {
    if flags.root_key_file.is_some() {
        bail!("the demonstration makes a root key of its own, in its data directory");
    }
    let flags = Flags { data, root_key_file: None, listen: arguments.listen.clone() };
    let mut config = Config::read(&flags, &std::collections::BTreeMap::new())?;
    // Who only looks around has no app for codes.
    config.factors = FactorRule::nobody();
    // Its people were last there in 2006.
    config.longest_idle = None;
    if !config.listen.ip().is_loopback() {
        bail!(
            "the demonstration prints its passwords: it is served on this machine only, such as 127.0.0.1:9000"
        );
    }
    Ok(config)
}

/// Signals are heard while it runs, so that what is temporary is taken away.
async fn until_stopped<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        done = work => done,
        _ = tokio::signal::ctrl_c() => bail!("stopped"),
        _ = terminate.recv() => bail!("stopped"),
    }
}

async fn make(config: &Config, arguments: &Arguments) -> Result<Made> {
    let started = Instant::now();
    let plan = Rc::new(plan(arguments.seed)?.thinned(usize::from(arguments.one_in)));
    let (root, made) = init::make(config)?;
    let clock = Clock::fixed(history::moment(FIRST_DAY - TimeDelta::days(1), TimeDelta::zero()));
    let mut app = NewNetwork::store(config, &root, None, clock.clone())?.open()?;
    // Every password is 100 random bits, which no cost of hashing makes safer. The first login hashes
    // it anew at the usual cost.
    app.passwords = Passwords::new(Arc::clone(&app.keyring), Cost::LEAST)?;
    let progress = progress(plan.timeline().len())?;
    let (network, counts) = history::make(Rc::clone(&plan), Data::new(app), &clock, &progress).await?;
    progress.finish_and_clear();
    made.keep();
    Ok(Made { config: config.clone(), plan, network, counts, took: started.elapsed() })
}

/// Seen on a terminal only.
fn progress(steps: usize) -> Result<ProgressBar> {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} steps of people's lives")?;
    Ok(ProgressBar::new(u64::try_from(steps)?).with_style(style))
}

async fn serve_it(mut made: Made, address_was_chosen: bool) -> Result<()> {
    let listener = match serve::listen(&made.config) {
        Err(error) if address_was_chosen => return Err(error),
        Err(_) => free_port()?,
        Ok(listener) => listener,
    };
    made.config.listen = listener.local_addr()?;
    let app = Data::new(App::open(&made.config)?);
    let today = app.clock.now().date().to_chrono();
    println!("{}", welcome::report(&made.plan, &made.counts, made.took));
    println!("{}", welcome::people(&made.plan, &made.network));
    println!("{}", welcome::commands(&made.plan, &made.network, made.config.listen, today)?);
    let ended = serve::serve(&made.config, app, listener).await?;
    if ended == serve::Ended::Sealed {
        println!("Sealed. A real server would go on, and wait to be opened; the demonstration ends.");
    }
    Ok(())
}

fn free_port() -> Result<TcpListener> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied => anyhow::anyhow!("this machine allows no port to be opened"),
        _ => anyhow::anyhow!("no port is free: {error}"),
    })
}

async fn play(made: &Made) -> Result<()> {
    println!("{}", welcome::report(&made.plan, &made.counts, made.took));
    let listener = free_port()?;
    let url = format!("http://{}", listener.local_addr()?);
    let clock = Clock::fixed(history::moment(LAST_DAY + TimeDelta::days(2), TimeDelta::zero()));
    let app = Data::new(App::open_at(&made.config, clock.clone())?);
    let server = serve::server(&app, 2, listener).context("the server cannot start")?;
    let handle = server.handle();
    let running = actix_web::rt::spawn(server);
    let stage = day::Stage::of(&made.plan, &made.network, url, clock)?;
    let played = tokio::task::spawn_blocking(move || day::play(&stage)).await.context("the day broke off")?;
    handle.stop(false).await;
    running.await.context("the server broke off")??;
    played.context("the day did not go as it should")
}
