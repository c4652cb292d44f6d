//! `waystation backup verify`.

use anyhow::{Context as _, bail};

use super::{BOTH, Source};
use crate::audit::checkpoint::{LogOrigin, backup_note};
use crate::backup::{Backup, Part, verify};
use crate::cli::progress::Progress;
use crate::clock::Clock;
use crate::verifier::key::Signed;
use crate::verifier::{Note, VerifierKey};

/// What is looked at.
#[derive(clap::Args)]
#[command(after_help = "Example:
  waystation backup verify /backup/waystation-20260302T100000Z.manifest.json --identity backup-identity.txt

It needs no network, no configuration and no root key: do it on another machine. With the log's key, as it was
written down on the day of `init`, it also shows that the backup is of that network and was not changed since.
The manifest bears a checkpoint of the log: waystation audit verify LOG --key KEY --against MANIFEST")]
pub struct Arguments {
    #[command(flatten)]
    source: Source,
    /// Look at one part alone, where the other is elsewhere
    #[arg(long, value_enum, value_name = "PART")]
    only: Option<Only>,
    /// The log's key, NAME+ID+KEY
    #[arg(long, value_name = "KEY")]
    log_key: Option<String>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Only {
    /// The data part
    Data,
    /// The keys part
    Keys,
}

/// Looks at it.
pub fn run(arguments: Arguments) -> anyhow::Result<()> {
    let (backup, identities) = arguments.source.read()?;
    if let Some(key) = &arguments.log_key {
        signed_by(&backup, key)?;
    }
    let parts = match arguments.only {
        None => &BOTH[..],
        Some(Only::Data) => &[Part::Data],
        Some(Only::Keys) => &[Part::Keys],
    };
    let progress = Progress::of("rows");
    let seen = verify(&backup, parts, &identities, Clock::system().now(), |done, all| progress.at(done, all));
    drop(progress);
    seen?;
    let manifest = &backup.manifest;
    println!("The backup is whole.\n");
    println!("  network     {}", manifest.database_id);
    println!("  made at     {} by waystation {}", manifest.made_at, manifest.program_version);
    println!("  rows        {}", manifest.rows());
    if let Some(log) = &manifest.log {
        println!("  log         {} entries are signed, and have the signed root", log.size);
    }
    println!("  keys until  {}", manifest.keys_expire_at);
    println!("  manifest    {}\n", backup.sha256);
    if arguments.log_key.is_some() {
        println!("The log's key has signed its manifest.");
    } else {
        println!("Whether the network itself made it, only its log's key shows: --log-key KEY.");
    }
    if parts.len() < BOTH.len() {
        println!("One part was not looked at; without both nothing can be restored.");
    }
    println!("Whether the root key that you have opens it, only a restore shows: try one.");
    Ok(())
}

fn signed_by(backup: &Backup, key: &str) -> anyhow::Result<()> {
    let key = VerifierKey::parse(key).context("--log-key is no key of a log")?;
    let manifest = &backup.manifest;
    let origin: LogOrigin = manifest.log_origin.parse()?;
    let note = backup_note(&origin, &backup.signed_hash()?, &manifest.signature);
    let signed =
        Note::parse(note.as_bytes()).is_ok_and(|note| matches!(key.verify(&note), Signed::Yes { .. }));
    if !signed {
        bail!(
            "this key has not signed the manifest: the backup was changed, is of another network, or the log's key was \
             rotated since the one that was given"
        );
    }
    Ok(())
}
