//! `waystation key`: the keys of the keyring, the root key over them, and that in the hands of people.

mod check;
mod join;
mod list;
mod passphrase;
mod rotate;
mod rotate_root;
mod split;

use clap::Subcommand;

use super::configured;
use crate::config::Flags;

/// What to do with the keys.
#[derive(Subcommand)]
pub enum Command {
    /// Say which versions of keys there are, and how far a rotation is
    #[command(after_help = "Example:\n  waystation key list")]
    List,
    /// Give keys of the keyring another version, while servers run
    Rotate(rotate::Arguments),
    /// Wrap the keyring by a new root key, while servers run
    RotateRoot(rotate_root::Arguments),
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
        Command::List => list::run(&configured(flags, false)?),
        Command::Rotate(arguments) => rotate::run(&configured(flags, false)?, &arguments),
        Command::RotateRoot(arguments) => rotate_root::run(&configured(flags, false)?, &arguments),
        Command::Split(arguments) => split::run(&configured(flags, false)?, &arguments),
        Command::Passphrase(arguments) => passphrase::run(&configured(flags, false)?, &arguments),
        Command::Check => check::run(),
        Command::Join(arguments) => join::run(&arguments),
    }
}
