//! `waystation audit`: the log, exported and looked after by an operator, verified by an auditor.

mod accept_fork;
mod add_cosignatures;
mod export;
mod offline;
mod verify;
mod verify_proof;
mod verify_state;
mod withhold;
mod witness;
mod witness_request;

use std::process::ExitCode;

use clap::Subcommand;

use super::{configured, progress};
use crate::config::Flags;
use crate::verifier::Verdict;

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
    VerifyState(verify_state::Arguments),
    /// Hand out old entries in tiles no more, on the record; nothing is deleted
    Withhold(withhold::Arguments),
    /// Accept on the record that signed entries were lost, and sign the log as it is now
    AcceptFork(accept_fork::Arguments),
    /// Write what a witness without a network needs to cosign the log
    WitnessRequest(witness_request::Arguments),
    /// Take the signatures of a witness that were brought in a file
    AddCosignatures(add_cosignatures::Arguments),
    /// Be a witness of logs: watch that they only grow, and cosign them
    #[command(subcommand)]
    Witness(witness::Command),
}

/// Does it. What is verified is answered by the exit code; what an auditor does elsewhere needs no network to be set up.
pub fn run(flags: &Flags, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Verify(arguments) => return Ok(offline::answer(verify::run(&arguments))),
        Command::VerifyProof(arguments) => {
            let whole = |proved| if proved { Verdict::Whole } else { Verdict::NotWhole };
            return Ok(offline::answer(verify_proof::run(&arguments).map(whole)));
        }
        Command::VerifyState(arguments) => {
            let checked = configured(flags, false).and_then(|config| verify_state::run(&config, &arguments));
            return Ok(offline::answer(checked));
        }
        Command::Witness(command) => return Ok(witness::run(command)),
        Command::Export(arguments) => export::run(&configured(flags, false)?, arguments),
        Command::Withhold(arguments) => withhold::run(&configured(flags, false)?, &arguments),
        Command::AcceptFork(arguments) => accept_fork::run(&configured(flags, false)?, &arguments),
        Command::WitnessRequest(arguments) => witness_request::run(&configured(flags, false)?, &arguments),
        Command::AddCosignatures(arguments) => add_cosignatures::run(&configured(flags, false)?, &arguments),
    }?;
    Ok(ExitCode::SUCCESS)
}
