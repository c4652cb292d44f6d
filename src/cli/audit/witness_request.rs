//! `waystation audit witness-request`.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::audit::witnesses::operator;
use crate::cli::operator::with_app;
use crate::config::Config;

/// From where.
#[derive(clap::Args)]
#[command(after_help = "Example:
  waystation audit witness-request --since 4200 --output request

Carry the file to the witness, who runs `waystation audit witness cosign`, and take the answer back with
`waystation audit add-cosignatures`.")]
pub struct Arguments {
    /// How many entries the witness has cosigned; 0 at first
    #[arg(long, value_name = "SIZE")]
    since: u64,
    /// File for the request [default: printed]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Writes it.
pub fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<()> {
    let request = with_app(config, async |app| operator::request(app, arguments.since).await)?;
    if let Some(refusal) = &request.unsigned {
        eprintln!(
            "warning: it is made of the last checkpoint. The log as it is now is not signed: {refusal}"
        );
    }
    match &arguments.output {
        Some(path) => std::fs::write(path, &request.text)
            .with_context(|| format!("{} cannot be written", path.display()))?,
        None => print!("{}", request.text),
    }
    eprintln!("The request is for the log of {0} entries; with the answer: --size {0}", request.size);
    Ok(())
}
