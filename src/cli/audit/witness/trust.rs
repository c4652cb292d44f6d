//! `waystation audit witness trust`.

use super::Place;
use crate::cli::audit::offline::key;

/// Which key.
#[derive(clap::Args)]
#[command(after_help = "Example:
  waystation audit witness trust --state heron-witness --log-key key-of-the-log.txt

Take the key from the people who run the log, by a way of your own. When the log gets a new key, do not take it from the
server: have the log exported and verify it with the key that you trust. What is announced there is trusted by running
this again.")]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The log's key, NAME+ID+KEY, or a file whose first line it is
    #[arg(long, value_name = "KEY|FILE")]
    log_key: String,
}

/// Trusts it.
pub fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let state = arguments.place.open()?;
    let key = key("--log-key", &arguments.log_key)?;
    let locked = state.lock()?;
    locked.trust(&key)?;
    let known = locked.known(key.name())?.map_or(1, |known| known.keys.len());
    println!("The witness watches {}, and trusts {known} of its keys.", key.name());
    Ok(true)
}
