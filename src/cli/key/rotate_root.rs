//! `waystation key rotate-root`.

use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::app::App;
use crate::cli::operator::block_on;
use crate::config::Config;
use crate::crypto::{RootKey, RootKeySource};
use crate::keys::root;

/// Where the new key goes.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  waystation key rotate-root                      the new key takes the place of the root key's file
  waystation key rotate-root --to /media/safe/k   it is written there, where the key came by WAYSTATION_ROOT_KEY

Servers that run hold the keys themselves and notice nothing. A key that is with people is split,
or put under a passphrase, anew from the new file. The old root key opens this database no longer; it still opens copies and backups of it that were made before, so destroy it only with them.
Rotate the keys as well (waystation key rotate --all) when the old root key may have become known.")]
pub struct Arguments {
    /// File to write the new key to, where it does not take the old one's place
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
}

/// Rotates.
pub fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<()> {
    let app = App::open(config)?;
    match (&config.root_key, &arguments.to) {
        (_, Some(file)) => {
            let new = RootKey::create_file(file)?;
            rotate(&app, &new)?;
            println!("The keyring is wrapped by a new root key, which is in {}.", file.display());
            println!("No server starts with the old one: give it the new one now.");
        }
        (RootKeySource::File(file), None) => {
            in_place(&app, file)?;
            println!("The keyring is wrapped by a new root key, which is in {}.", file.display());
        }
        (_, None) => bail!(
            "say with --to where the new root key is to be written: the old one is in no file whose place it could take"
        ),
    }
    println!("Copy it to where the old one was kept. Backups and copies made before need the old one.");
    Ok(())
}

fn in_place(app: &App, file: &Path) -> anyhow::Result<()> {
    let next = root::next_to(file);
    if next.exists() {
        // It opens nothing, else it would have taken its place when the network was opened.
        std::fs::remove_file(&next)?;
    }
    let new = RootKey::create_file(&next)?;
    rotate(app, &new)?;
    Ok(root::take_place(&next, file)?)
}

fn rotate(app: &App, new: &RootKey) -> anyhow::Result<()> {
    Ok(block_on(async { Ok(root::rotate(app, new).await) })??)
}
