//! `waystation audit`: what an auditor does with the log.

mod verify;
mod verify_proof;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Subcommand;

use crate::verifier::VerifierKey;
use crate::verifier::key::KeyType;

/// What to do with the log.
#[derive(Subcommand)]
pub enum Command {
    /// Verify an exported log, without a network and without trusting who exported it
    Verify(verify::Arguments),
    /// Verify that an entry is in the log, by a proof that was handed out for it
    VerifyProof(verify_proof::Arguments),
}

/// Could not be checked; 1 says that something is wrong with the log.
const NOT_CHECKED: u8 = 2;

/// Does it. An answer is told by the exit code, and so is that there is none.
pub fn run(command: &Command) -> ExitCode {
    let answer = match command {
        Command::Verify(arguments) => verify::run(arguments),
        Command::VerifyProof(arguments) => verify_proof::run(arguments),
    };
    match answer {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: nothing was checked: {error:#}");
            ExitCode::from(NOT_CHECKED)
        }
    }
}

/// The key of a log, as it is written, or the first line of the file with this name.
fn key(given: &str) -> anyhow::Result<VerifierKey> {
    let key = read_key(given)?;
    if key.key_type() != KeyType::Log {
        bail!("--key is a witness's (of type 0x04), and not a log's (of type 0x01)");
    }
    Ok(key)
}

fn read_key(given: &str) -> anyhow::Result<VerifierKey> {
    let from_text = VerifierKey::parse(given);
    if from_text.is_ok() || !Path::new(given).is_file() {
        return from_text.context("--key is no verifier key, and no file");
    }
    let text = String::from_utf8(read(Path::new(given))?).with_context(|| format!("{given} is not UTF-8"))?;
    let line = text.lines().next().unwrap_or_default();
    VerifierKey::parse(line).with_context(|| format!("the first line of {given} is no verifier key"))
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}
