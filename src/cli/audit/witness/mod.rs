//! `waystation audit witness`: a witness of logs, on the machine of somebody who does not run them.

mod cosign;
mod init;
mod serve;
mod trust;
mod watch;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;

use crate::clock::Clock;
use crate::witness::State;

/// Could not; 1 says that something is wrong with the log.
const COULD_NOT: u8 = 2;

/// What the witness does.
#[derive(Subcommand)]
pub enum Command {
    /// Make a witness: a key of its own, and a directory for what it keeps
    Init(init::Arguments),
    /// Trust a key to sign a log, so that the witness watches that log
    Trust(trust::Arguments),
    /// Watch the log of a server as one of its auditors, and cosign it
    Watch(watch::Arguments),
    /// Cosign what logs bring by themselves: the HTTP service of C2SP tlog-witness
    Serve(serve::Arguments),
    /// Cosign a checkpoint from a file, without any network
    Cosign(cosign::Arguments),
}

/// Where the witness is.
#[derive(clap::Args)]
pub struct Place {
    /// Directory of the witness
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
}

impl Place {
    fn open(&self) -> anyhow::Result<State> {
        Ok(State::open(&self.state)?)
    }
}

/// Does it. The exit code is 0, 1 when something is wrong with the log, 2 when it could not be done.
pub fn run(command: Command) -> ExitCode {
    let done = match command {
        Command::Init(arguments) => init::run(&arguments),
        Command::Trust(arguments) => trust::run(&arguments),
        Command::Watch(arguments) => watch::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Cosign(arguments) => cosign::run(&arguments),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(COULD_NOT)
        }
    }
}

/// Seconds since 1970.
fn now() -> u64 {
    u64::try_from(Clock::system().now().seconds()).unwrap_or_default()
}

/// What is to be thought of two histories, and what to do.
fn tell_fork(evidence: Option<&Path>) {
    eprintln!(
        "\nTHE LOG HAS TWO HISTORIES: what was signed before was changed, taken out, or put back from an older copy."
    );
    if let Some(evidence) = evidence {
        eprintln!(
            "Both checkpoints are kept: {} and {}",
            evidence.join("held").display(),
            evidence.join("seen").display()
        );
    }
    eprintln!(
        "This witness cosigns it no more. Tell everybody who relies on the log. Have the log exported, and look at it with\n  \
         waystation audit verify BUNDLE --key KEY --against held --against seen\n\
         which tells whether the loss was accepted on the record, and by whom. Whoever goes on with the log after that \
         makes a new witness."
    );
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}
