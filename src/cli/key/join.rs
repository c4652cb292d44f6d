//! `waystation key join`: the root key from shares, for the day when the database does not know them.

use std::path::PathBuf;

use crate::cli::terminal::Terminal;
use crate::keyholders::{self, Keyholders};

/// Where to.
#[derive(clap::Args)]
#[command(after_help = "Example:
  waystation key join --output /run/waystation/root.key

Asks for as many shares as are needed, shows nothing of them, and writes the root key into a new file that only its
owner can read. Nobody has to do this to open a network: `waystation unseal` does that without a file. It is for a
database that was put back from a copy older than the split, and for going back to a key file. Whether it is the right
key is known when it opens something: `waystation doctor`. It is not on the log: no database is asked.")]
pub struct Arguments {
    /// The new file
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

/// Asks, and writes.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let root = keyholders::of_shares(&Keyholders::asked_by(Terminal), |_| Ok(()))?;
    root.write_to(&arguments.output)?;
    println!(
        "The root key is in {}, whole. While that file is there, whoever takes it needs no shares:",
        arguments.output.display()
    );
    println!("remove it when it has served. Try it with `waystation doctor --root-key-file FILE`, and split");
    println!("the key anew.");
    Ok(())
}
