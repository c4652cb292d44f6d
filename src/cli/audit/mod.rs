//! `waystation audit`: the log, exported and looked after by an operator, verified by an auditor.

mod accept_fork;
mod export;
mod offline;
mod progress;
mod rotate_key;
mod verify;
mod verify_proof;
mod verify_state;
mod withhold;

use std::process::ExitCode;

use clap::Subcommand;

use super::configured;
use crate::config::Flags;

/// What to do with the log.
#[derive(Subcommand)]
pub enum Command {
    /// Write the whole log into a directory that anybody can verify
    Export(export::Arguments),
    /// Verify an exported log, without a network and without trusting who exported it
    Verify(verify::Arguments),
    /// Verify that an entry is in the log, by a proof that was handed out for it
    VerifyProof(verify_proof::Arguments),
    /// Compare every sealed value in the database with what the log says was stored there
    VerifyState,
    /// Give the log a new signing key, announced by the old one; stop every server first
    RotateKey,
    /// Hand out old entries in tiles no more, on the record; nothing is deleted
    Withhold(withhold::Arguments),
    /// Accept on the record that signed entries were lost, and sign the log as it is now
    AcceptFork(accept_fork::Arguments),
}

/// Does it. What an auditor does elsewhere needs no network to be set up, and answers by its exit code.
pub fn run(flags: &Flags, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Verify(arguments) => return Ok(offline::answer(verify::run(&arguments))),
        Command::VerifyProof(arguments) => return Ok(offline::answer(verify_proof::run(&arguments))),
        Command::Export(arguments) => export::run(&configured(flags, false)?, arguments),
        Command::VerifyState => verify_state::run(&configured(flags, false)?),
        Command::RotateKey => rotate_key::run(&configured(flags, false)?),
        Command::Withhold(arguments) => withhold::run(&configured(flags, false)?, &arguments),
        Command::AcceptFork(arguments) => accept_fork::run(&configured(flags, false)?, &arguments),
    }?;
    Ok(ExitCode::SUCCESS)
}
