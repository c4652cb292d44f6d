//! `waystation backup`: made, looked at, put back, by the operator at the machine.

mod create;
mod restore;
mod verify;

use std::path::PathBuf;

use clap::Subcommand;

use super::configured;
use crate::backup::{Backup, BackupError, Identities, Part};
use crate::config::Flags;

/// What to do with backups.
#[derive(Subcommand)]
pub enum Command {
    /// Make a backup while the network is served
    Create(create::Arguments),
    /// Look whether a backup is whole and can be opened; restores nothing
    Verify(verify::Arguments),
    /// Put a backup back, into an empty SQLite or PostgreSQL database
    Restore(restore::Arguments),
}

/// A backup, and what opens it.
#[derive(clap::Args)]
struct Source {
    /// The manifest of the backup
    #[arg(value_name = "MANIFEST")]
    manifest: PathBuf,
    /// File of a secret key of age that opens a part; may be said several times
    #[arg(long = "identity", short = 'i', value_name = "FILE", required = true)]
    identities: Vec<PathBuf>,
    /// The data part [default: beside the manifest]
    #[arg(long, value_name = "FILE")]
    data_part: Option<PathBuf>,
    /// The keys part [default: beside the manifest]
    #[arg(long, value_name = "FILE")]
    keys_part: Option<PathBuf>,
}

impl Source {
    fn read(self) -> Result<(Backup, Identities), BackupError> {
        let backup = Backup::read(&self.manifest, self.data_part, self.keys_part)?;
        Ok((backup, Identities::read(&self.identities)?))
    }
}

/// Both of them.
const BOTH: [Part; 2] = [Part::Data, Part::Keys];

/// Does it. Looking at a backup needs no network to be set up.
pub fn run(flags: &Flags, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Create(arguments) => create::run(&configured(flags, false)?, arguments),
        Command::Verify(arguments) => verify::run(arguments),
        Command::Restore(arguments) => restore::run(&configured(flags, false)?, arguments),
    }
}
