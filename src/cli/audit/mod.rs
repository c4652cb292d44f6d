//! `waystation audit`: the log, exported, checked and looked after.

mod accept_fork;
mod export;
mod progress;
mod rotate_key;
mod verify_state;

use clap::Subcommand;

use crate::config::Config;

/// What to do with the log.
#[derive(Subcommand)]
pub enum Command {
    /// Write the whole log into a directory that anybody can check
    Export(export::Arguments),
    /// Compare every sealed value in the database with what the log says was stored there
    VerifyState,
    /// Give the log a new signing key, announced by the old one; stop every server first
    RotateKey,
    /// Accept on the record that signed entries were lost, and sign the log as it is now
    AcceptFork(accept_fork::Arguments),
}

/// Does it.
pub fn run(config: &Config, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Export(arguments) => export::run(config, arguments),
        Command::VerifyState => verify_state::run(config),
        Command::RotateKey => rotate_key::run(config),
        Command::AcceptFork(arguments) => accept_fork::run(config, &arguments),
    }
}
