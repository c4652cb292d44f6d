//! `waystation key`: the root key in the hands of people.

mod check;
mod join;
mod passphrase;
mod split;

use clap::Subcommand;

use super::configured;
use crate::config::Flags;

/// What to do with the root key.
#[derive(Subcommand)]
pub enum Command {
    /// Split the root key into shares for several people, of whom some are enough to open the network
    Split(split::Arguments),
    /// Put the root key under a passphrase, or under another one
    Passphrase(passphrase::Arguments),
    /// Read a share from its paper, and tell its check words
    #[command(after_help = check::HELP)]
    Check,
    /// Put the root key together from shares and write it into a file, without asking a database
    Join(join::Arguments),
}

/// Does it.
pub fn run(flags: &Flags, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Split(arguments) => split::run(&configured(flags, false)?, &arguments),
        Command::Passphrase(arguments) => passphrase::run(&configured(flags, false)?, &arguments),
        Command::Check => check::run(),
        Command::Join(arguments) => join::run(&arguments),
    }
}
