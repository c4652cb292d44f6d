//! What the commands that verify share: the answer is the exit code, and so is that there is none.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use crate::verifier::key::KeyType;
use crate::verifier::{Verdict, VerifierKey};

/// Could not be checked; 1 says that something is wrong with the log.
const NOT_CHECKED: u8 = 2;
/// Whole, and something of it was once given up: a script must not pass over that.
const WITH_FORK: u8 = 3;

/// What a log comes to, as the exit code.
pub fn answer(checked: anyhow::Result<Verdict>) -> ExitCode {
    match checked {
        Ok(Verdict::Whole) => ExitCode::SUCCESS,
        Ok(Verdict::WholeWithFork) => ExitCode::from(WITH_FORK),
        Ok(Verdict::NotWhole) => ExitCode::FAILURE,
        Ok(Verdict::NeedsNewer) => ExitCode::from(NOT_CHECKED),
        Err(error) => {
            eprintln!("error: nothing was checked: {error:#}");
            ExitCode::from(NOT_CHECKED)
        }
    }
}

/// The log's key as it is written, or the first line of the file with this name.
pub fn key(flag: &str, given: &str) -> anyhow::Result<VerifierKey> {
    let key = read_key(flag, given)?;
    if key.key_type() != KeyType::Log {
        bail!("{flag} is a witness's (of type 0x04), and not a log's (of type 0x01)");
    }
    Ok(key)
}

fn read_key(flag: &str, given: &str) -> anyhow::Result<VerifierKey> {
    let from_text = VerifierKey::parse(given);
    if from_text.is_ok() || !Path::new(given).is_file() {
        return from_text.with_context(|| format!("{flag} is no verifier key, and no file"));
    }
    let text = String::from_utf8(read(Path::new(given))?).with_context(|| format!("{given} is not UTF-8"))?;
    let line = text.lines().next().unwrap_or_default();
    VerifierKey::parse(line).with_context(|| format!("the first line of {given} is no verifier key"))
}

/// All of a file.
pub fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}
