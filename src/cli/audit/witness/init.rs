//! `waystation audit witness init`.

use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::crypto::random;
use crate::witness::{State, WitnessKey};

/// Where, and under which name.
#[derive(clap::Args)]
#[command(after_help = "Example:
  waystation audit witness init --state heron-witness --name witness.example.org/heron

The directory holds the key of the witness, for you alone. Never put it back from an older copy: the witness would
forget what it has signed since. If it is lost, make a new witness.")]
pub struct Arguments {
    /// A directory for the witness, which has none yet
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// Name of the witness: an address without its scheme, whether it leads anywhere or not
    #[arg(long)]
    name: String,
}

/// Makes it.
pub fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let mut seed = Zeroizing::new([0; 32]);
    random::fill(&mut seed[..]);
    let state = State::create(&arguments.state, WitnessKey::new(&arguments.name, &seed)?)?;
    println!(
        "A witness is in {}. Its key, for the policy of the networks that it watches:\n",
        arguments.state.display()
    );
    println!("{}\n", state.public());
    println!(
        "Give it to the operators by a way of your own. Then, with the key of a log that you wrote down:"
    );
    println!("  waystation audit witness trust --state '{}' --log-key KEY", arguments.state.display());
    Ok(true)
}
