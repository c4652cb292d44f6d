//! `waystation audit verify-proof`: that one entry is in the log.

use std::path::PathBuf;

use anyhow::Context as _;

use super::offline::{key, read};
use crate::verifier::proof::Proof;

/// What is verified.
#[derive(clap::Args)]
#[command(after_help = "Example:
  waystation audit verify-proof entry-4711.tlog-proof --entry entry-4711.json --key key-of-the-log.txt

The entry is the file of its bytes, without an end of line behind them. Ends with 0 when the entry is in the
log, with 1 when the proof does not show it, with 2 when it could not be checked.")]
pub struct Arguments {
    /// The proof (C2SP tlog-proof)
    proof: PathBuf,
    /// The bytes of the entry
    #[arg(long, value_name = "FILE")]
    entry: PathBuf,
    /// The log's key that you trust, NAME+ID+KEY, or a file whose first line it is
    #[arg(long, value_name = "KEY|FILE")]
    key: String,
}

/// Verifies it, and says whether the entry is in the log.
pub fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let key = key("--key", &arguments.key)?;
    let path = arguments.proof.display();
    let proof = Proof::parse(&read(&arguments.proof)?).with_context(|| format!("{path} is no proof"))?;
    match proof.verify(&read(&arguments.entry)?, &[key]) {
        Ok(included) => {
            let (position, checkpoint) = (included.position, &included.checkpoint);
            println!("The entry is in the log {}, at position {position}.", checkpoint.origin);
            println!("The checkpoint that says so is of {} entries.", checkpoint.size);
            Ok(true)
        }
        Err(not_shown) => {
            println!("IT IS NOT SHOWN that the entry is in the log: {not_shown}.");
            Ok(false)
        }
    }
}
