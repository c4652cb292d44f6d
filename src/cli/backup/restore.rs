//! `waystation backup restore`.

use std::path::PathBuf;

use anyhow::Context as _;

use super::Source;
use crate::app::App;
use crate::backup::{Journal, restore};
use crate::cli::progress::Progress;
use crate::clock::Clock;
use crate::config::Config;

/// What is put back.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  waystation backup restore MANIFEST --identity backup-identity.txt --data /var/lib/waystation
  DATABASE_URL='postgres:///waystation?host=/run/postgresql' waystation backup restore MANIFEST --identity FILE

The database must be empty: a new path, or a new database of PostgreSQL, of whichever kind the backup was. The
root key of the network must be where it will be used, in the data directory or in WAYSTATION_ROOT_KEY. The whole
backup is looked at before anything is written, and nobody sees the database before all of it is there.")]
pub struct Arguments {
    #[command(flatten)]
    source: Source,
    /// A certificate of an erasure since the backup was made, which is applied again; may be said several times
    #[arg(long = "erasures", value_name = "FILE")]
    erasures: Vec<PathBuf>,
}

/// Restores it.
pub fn run(config: &Config, arguments: Arguments) -> anyhow::Result<()> {
    let erasures = Journal::read(&arguments.erasures)?;
    let (backup, identities) = arguments.source.read()?;
    let progress = Progress::of("rows, each read twice,");
    let step = |done, all| progress.at(done, all);
    let restored = restore(config, &Clock::system(), &backup, &identities, erasures, step);
    drop(progress);
    let restored = restored?;
    println!("{} rows are restored, as they were at {}.\n", restored.rows, backup.manifest.made_at);
    println!(
        "Everybody has to log in again. Passwords, roles and suspensions are those of that moment: go through"
    );
    println!("`waystation user list` before you serve. The restore is on the log.");
    if restored.numbered > 0 {
        println!("{} events that had no position yet have theirs now.", restored.numbered);
    }
    if restored.erased > 0 {
        println!("{} cases that were erased since are erased again.", restored.erased);
    }
    if restored.kept {
        println!("The checkpoint of the backup is kept as the newest of the log on this machine.");
    }
    may_be_signed(config)
}

/// What was signed later than the backup is lost: whoever restores hears it now, not from a server.
fn may_be_signed(config: &Config) -> anyhow::Result<()> {
    let app = App::open(config).context("it is restored, and does not open")?;
    let runtime = tokio::runtime::Runtime::new().context("no thread could be started")?;
    if let Err(refusal) = runtime.block_on(app.notary.may_sign(&app.db)) {
        eprintln!("warning: the log will not be signed as it is: {refusal}");
    }
    Ok(())
}
