//! `waystation audit withhold`.

use crate::audit::tree::TILE_WIDTH;
use crate::audit::withheld::withhold;
use crate::cli::operator::with_app;
use crate::config::Config;

/// From where on.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  waystation audit withhold --before 1000000
  waystation audit withhold --before 0 --restore

Full tiles and full bundles of entries before the position are answered 404 from then on, so that a tool that follows the
log begins there. Nothing is deleted: every proof can still be made, auditors still read every entry with
GET /v1/audit/events, an export is still whole. It stands on the log. Agree with your auditors beforehand.")]
pub struct Arguments {
    /// The first position that is still handed out
    #[arg(long, value_name = "POSITION")]
    before: u64,
    /// Hand out again what was withheld from there on
    #[arg(long)]
    restore: bool,
}

/// Does it.
pub fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<()> {
    let Arguments { before, restore } = *arguments;
    let was = with_app(config, async |app| withhold(app, before, restore).await)?;
    let whole = before / TILE_WIDTH * TILE_WIDTH;
    println!(
        "The first {whole} entries are handed out in tiles no more: those of full tiles before position {before}."
    );
    if was != before {
        println!("Before, it was position {was}. Nothing was deleted.");
    }
    Ok(())
}
