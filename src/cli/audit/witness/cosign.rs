//! `waystation audit witness cosign`: a request in, signature lines out.

use std::path::PathBuf;

use anyhow::{Context as _, bail};

use super::{Place, now, tell_fork, write};
use crate::cli::audit::offline::read;
use crate::witness::AddCheckpoint;
use crate::witness::add::{Answer, BroughtBy, add_checkpoint};
use crate::witness::cosign::Refusal;

/// What is cosigned.
#[derive(clap::Args)]
#[command(after_help = "Example:
  waystation audit witness cosign --state heron-witness request --output cosignatures

The operator makes the request with `waystation audit witness-request --since SIZE`, and takes the answer back with
`waystation audit add-cosignatures`. SIZE is what the witness has cosigned last: 0 at first; a wrong one is told.

Ends with 0 when it is cosigned, with 1 when something is wrong with the log, with 2 when it could not be decided.")]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The request (C2SP tlog-witness, add-checkpoint)
    request: PathBuf,
    /// File for the signature lines [default: printed]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Cosigns it, or says why not.
pub fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let state = arguments.place.open()?;
    let label = arguments.request.display();
    let request = AddCheckpoint::parse(&read(&arguments.request)?)
        .with_context(|| format!("{label} is no request to a witness"))?;
    match add_checkpoint(&state, &request, BroughtBy::Anybody, now())? {
        Answer::Cosigned(line) => {
            match &arguments.output {
                Some(path) => {
                    write(path, &line)?;
                    eprintln!("The log of {} entries is cosigned.", request.checkpoint.size);
                }
                None => print!("{line}"),
            }
            Ok(true)
        }
        Answer::Refused { refusal, evidence } => {
            eprintln!("not cosigned: {refusal}");
            match refusal {
                Refusal::OtherRoot { .. } | Refusal::Forked => tell_fork(evidence.as_deref()),
                Refusal::NotConsistent { .. } => eprintln!(
                    "Either the request was damaged on its way, or the log was changed: ask for another. If that does not \
                     fit either, keep both files, have the log exported and verify it."
                ),
                Refusal::NotSigned => eprintln!(
                    "If the log has a new key: verify an export of it with the key that you trust, then run \
                     `waystation audit witness trust` with the new one."
                ),
                Refusal::Stale { size } => {
                    bail!(
                        "ask the operator for a request that begins there: waystation audit witness-request --since {size}"
                    )
                }
                Refusal::UnknownLog => {
                    bail!("trust its key first, if you know it: waystation audit witness trust")
                }
                Refusal::OldTooLarge => bail!("{label} contradicts itself"),
            }
            Ok(false)
        }
    }
}
