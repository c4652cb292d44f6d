//! `waystation key passphrase`: the root key under a passphrase.

use std::path::{Path, PathBuf};

use anyhow::bail;
use secrecy::ExposeSecret as _;

use crate::accounts::username::Username;
use crate::app::App;
use crate::cli::operator::{block_on, user_named};
use crate::config::Config;
use crate::crypto::passphrase::{PassphraseCost, ProtectedKey, check_new};
use crate::crypto::{RootKeySource, private_file};
use crate::door::keeping;
use crate::keyholders;

/// By whom, and where to.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  waystation key passphrase --by lantern
  waystation key passphrase --by lantern --output /etc/waystation/root.passphrase

Reads the root key from where it is now, asks for a new passphrase twice, shows nothing of it, and writes a file that
only the passphrase opens. Where the network is under a passphrase already, its file is replaced: the old passphrase
opens it no more. The database is not touched, but for an entry on the log.

Choose six words or more by dice: whoever takes the file can guess at home as fast as their machines go. A copy of an
earlier file is still opened by the passphrase that it was made with, and gives the same root key.")]
pub struct Arguments {
    /// Who does it: a user of the network, for the log
    #[arg(long, value_name = "NAME")]
    by: Username,
    /// The file [default: the one that is used now, or root.passphrase in the data directory]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Puts it there.
pub fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<()> {
    let app = App::open(config)?;
    let by = user_named(&app, &arguments.by)?;
    let root = keyholders::root_key(config)?;
    let passphrase = config.keyholders.passphrase("New passphrase: ")?;
    if let Err(why) = check_new(&passphrase) {
        bail!("{why}");
    }
    let again = config.keyholders.passphrase("The same once more: ")?;
    if passphrase.expose_secret() != again.expose_secret() {
        bail!("the two are not the same; nothing was changed");
    }
    let line = ProtectedKey::protect(&root, &passphrase, PassphraseCost::STANDARD)?.to_text();
    block_on(keeping::record_passphrase(&app, by))?;
    let used = match &config.root_key {
        RootKeySource::Passphrase(file) => Some(file),
        _ => None,
    };
    let file = arguments.output.as_ref().or(used).cloned();
    let file = file.unwrap_or_else(|| config.data.join("root.passphrase"));
    if used == Some(&file) {
        private_file::replace(&file, line.as_bytes())?;
    } else {
        private_file::create(&file, line.as_bytes())?;
    }
    tell(config, &file);
    Ok(())
}

fn tell(config: &Config, file: &Path) {
    println!("The root key is under the new passphrase, in {}.\n", file.display());
    match &config.root_key {
        RootKeySource::Passphrase(_) => {
            println!("Copies of the file from before are still opened by the passphrase from before.");
        }
        source => {
            println!("To use it, set WAYSTATION_ROOT_KEY_PASSPHRASE_FILE={} in place of", file.display());
            println!("what is set now. The server then starts sealed; `waystation unseal` opens it.");
            super::split::what_remains(source);
        }
    }
}
