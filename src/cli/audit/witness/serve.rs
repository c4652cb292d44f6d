//! `waystation audit witness serve`.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use anyhow::Context as _;

use super::{Place, now};
use crate::witness::server::{Service, serve};

/// Where.
#[derive(clap::Args)]
#[command(after_help = "Example:
  waystation audit witness serve --state heron-witness --listen 127.0.0.1:8090

It answers POST /add-checkpoint of C2SP tlog-witness, for the logs whose keys it trusts, until it is stopped. It needs no
account and holds no secret but its key. Put a proxy that speaks TLS before it.")]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Address to serve on
    #[arg(long, value_name = "IP:PORT")]
    listen: SocketAddr,
}

/// Serves until a signal comes.
pub fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let state = arguments.place.open()?;
    let logs = state.lock()?.logs()?;
    let listener = TcpListener::bind(arguments.listen)
        .with_context(|| format!("{} cannot be served: choose another with --listen", arguments.listen))?;
    let address = listener.local_addr()?;
    println!("The witness {} answers on http://{address}/add-checkpoint", state.public().name());
    if logs.is_empty() {
        println!("It knows no log yet: waystation audit witness trust");
    }
    let service = Arc::new(Service { state, now, tell: |what| eprintln!("{what}") });
    actix_web::rt::System::new().block_on(async { serve(service, listener)?.await })?;
    Ok(true)
}
