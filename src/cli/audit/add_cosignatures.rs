//! `waystation audit add-cosignatures`.

use std::path::PathBuf;

use anyhow::Context as _;

use super::offline::read;
use crate::audit::witnesses::operator;
use crate::cli::operator::with_app;
use crate::config::Config;

/// What a witness answered.
#[derive(clap::Args)]
#[command(after_help = "Example:
  waystation audit add-cosignatures cosignatures --size 4711

The network needs a policy that names the witness (WAYSTATION_AUDIT_POLICY).")]
pub struct Arguments {
    /// The signature lines
    file: PathBuf,
    /// How many entries the cosigned checkpoint has, as `witness-request` said
    #[arg(long, value_name = "SIZE")]
    size: u32,
}

/// Keeps them.
pub fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<()> {
    let label = arguments.file.display();
    let text = String::from_utf8(read(&arguments.file)?).with_context(|| format!("{label} is not UTF-8"))?;
    let lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let count = lines.len();
    with_app(config, async |app| operator::add(app, arguments.size.into(), lines).await)
        .with_context(|| format!("{label}"))?;
    println!(
        "{count} of the witnesses' signatures are kept under the checkpoint of {} entries.",
        arguments.size
    );
    Ok(())
}
