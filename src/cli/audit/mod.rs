//! `waystation audit`: the log, exported, checked and looked after.

mod accept_fork;
mod export;
mod rotate_key;

use clap::Subcommand;

use crate::config::Config;

/// What to do with the log.
#[derive(Subcommand)]
pub enum Command {
    /// Write the whole log into a directory that anybody can check
    Export(export::Arguments),
    /// Give the log a new signing key, announced by the old one; stop every server first
    RotateKey,
    /// Accept on the record that signed entries were lost, and sign the log as it is now
    AcceptFork(accept_fork::Arguments),
}

/// Does it.
pub fn run(config: &Config, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Export(arguments) => export::run(config, arguments),
        Command::RotateKey => rotate_key::run(config),
        Command::AcceptFork(arguments) => accept_fork::run(config, &arguments),
    }
}
