//! `waystation audit export`.

use std::path::PathBuf;

use actix_web::web::Data;

use super::progress::Progress;
use crate::app::App;
use crate::audit::export::{Until, export};
use crate::cli::operator::wait_for;
use crate::config::Config;

/// Where to.
#[derive(clap::Args)]
#[command(after_help = "Example:
  waystation audit export log-2026-11

The directory holds no name, no text and no address of anybody: random ids, codes and hashes. It is checked on
another machine, without the network's keys:
  waystation audit verify log-2026-11 --key KEY

KEY is what an auditor wrote down when the network was set up, from /.well-known/waystation-log-keys.")]
pub struct Arguments {
    /// A directory that is not there yet
    #[arg(value_name = "DIRECTORY")]
    target: PathBuf,
    /// Only what enough witnesses have cosigned, so that `verify --policy` finds their signatures
    #[arg(long)]
    cosigned: bool,
}

/// Writes it.
pub fn run(config: &Config, arguments: Arguments) -> anyhow::Result<()> {
    let app = Data::new(App::open(config)?);
    let target = arguments.target;
    let until = if arguments.cosigned { Until::Cosigned } else { Until::Now };
    let progress = Progress::new();
    let exported = wait_for(export(&app, target.clone(), until, |done, all| progress.at(done, all)))??;
    drop(progress);
    println!("{} entries are in {}", exported.entries, target.display());
    if let Some(refusal) = exported.unsigned {
        eprintln!(
            "warning: they are those of the last checkpoint. The log as it is now is not signed: {refusal}"
        );
    }
    println!("Check them with one of these keys, if it is the one that was written down before:");
    for key in app.notary.verifier_keys() {
        println!("  {key}");
    }
    Ok(())
}
