//! `waystation key`: the keys of the keyring, and the root key over them.

mod list;
mod rotate;
mod rotate_root;

use clap::Subcommand;

use crate::config::Config;

/// The keys.
#[derive(Subcommand)]
pub enum Command {
    /// Say which versions of keys there are, and how far a rotation is
    #[command(after_help = "Example:\n  waystation key list")]
    List,
    /// Give keys of the keyring another version, while servers run
    Rotate(rotate::Arguments),
    /// Wrap the keyring by a new root key, while servers run
    RotateRoot(rotate_root::Arguments),
}

/// Runs one of them.
pub fn run(config: &Config, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List => list::run(config),
        Command::Rotate(arguments) => rotate::run(config, &arguments),
        Command::RotateRoot(arguments) => rotate_root::run(config, &arguments),
    }
}
