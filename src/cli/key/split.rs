//! `waystation key split`: shares of the root key, for paper.

use std::fs;
use std::io::{IsTerminal as _, stdin, stdout};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use console::Term;

use crate::accounts::username::Username;
use crate::app::App;
use crate::cli::init::private_directory;
use crate::cli::operator::{block_on, user_named};
use crate::config::Config;
use crate::crypto::{KeyError, Proportion, RootKeySource, Share, private_file};
use crate::door::keeping;
use crate::keyholders;
use crate::setup::StartError;

/// How, and by whom.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  waystation key split --shares 5 --threshold 3 --by lantern
  waystation key split --shares 3 --threshold 2 --by lantern --output /media/stick/shares

Shows the shares one after the other, each for one person to write down, or writes each into a file of its own. Any
three of five open the network (`waystation unseal`); two tell nothing at all. From then on the shares of every earlier
split are refused.

The check words stand on the paper too: `waystation key check` tells them again from a share, and two people can
compare them over the phone without telling the share.

Splitting changes nothing about where the key is now: as long as it lies in a file, the shares protect nothing. When the
holders have tried theirs, set WAYSTATION_ROOT_KEY_SHARES=1 in place of the key, start the server, open it with shares,
and remove the key file and every copy of it.")]
pub struct Arguments {
    /// How many people get one: 2 to 20
    #[arg(long, value_name = "COUNT")]
    shares: u8,
    /// How many of them are needed: 2 or more
    #[arg(long, value_name = "COUNT")]
    threshold: u8,
    /// Who does it: a user of the network, for the log
    #[arg(long, value_name = "NAME")]
    by: Username,
    /// A directory for one private file for each share, instead of the terminal
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Splits it.
pub fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<()> {
    let proportion = Proportion::new(arguments.threshold, arguments.shares).map_err(|why| anyhow!(why))?;
    if arguments.output.is_none() && !(stdin().is_terminal() && stdout().is_terminal()) {
        bail!(
            "shares are shown on a terminal alone, so that none ends in a log or a pipe; or name a directory with --output"
        );
    }
    let app = App::open(config)?;
    let by = user_named(&app, &arguments.by)?;
    let root = keyholders::root_key(config)?;
    let shares = root.split(proportion).map_err(KeyError::from).map_err(StartError::from)?;
    let made = match &arguments.output {
        Some(directory) => write(directory, &shares)?,
        None => show(&shares)?,
    };
    // Only now, when they are on paper: from here on those of the split before count no more.
    if let Err(error) = block_on(keeping::record_split(&app, by, &shares)) {
        for path in &made {
            drop(fs::remove_file(path));
        }
        return Err(error.context("the split was not stored, and these shares count for nothing"));
    }
    tell(config, arguments, &shares, &made);
    Ok(())
}

/// What stands on the paper.
fn sheet(share: &Share, of: usize) -> String {
    format!(
        "Waystation: share {index} of {of}. Any {threshold} of them open the network.\n\n{text}\n\n\
         split        {split}\ncheck words  {words}\n",
        index = share.index(),
        threshold = share.threshold(),
        text = share.to_text().as_str(),
        split = share.split(),
        words = share.check_words(),
    )
}

fn write(directory: &Path, shares: &[Share]) -> anyhow::Result<Vec<PathBuf>> {
    private_directory(directory)?;
    let mut made = Vec::new();
    for share in shares {
        let path = directory.join(format!("share-{}-of-{}.txt", share.index(), shares.len()));
        let text = zeroize::Zeroizing::new(sheet(share, shares.len()));
        if let Err(error) = private_file::create(&path, text.as_bytes()) {
            for path in &made {
                drop(fs::remove_file(path));
            }
            return Err(error.into());
        }
        made.push(path);
    }
    Ok(made)
}

/// One after the other, so that each holder sees their own.
fn show(shares: &[Share]) -> anyhow::Result<Vec<PathBuf>> {
    let terminal = Term::stdout();
    for share in shares {
        terminal.clear_screen()?;
        println!("{}", sheet(share, shares.len()));
        println!("Write it down with pen and paper, and compare it. Enter goes on, and clears the screen.");
        terminal.read_line().context("nobody is there any more; nothing was changed")?;
    }
    terminal.clear_screen()?;
    println!("Until now the shares of the split before, if there was one, still count. Type `yes` when all");
    println!("{} new ones are on paper; anything else throws them away.", shares.len());
    let answer = terminal.read_line().context("nobody is there any more; nothing was changed")?;
    if answer.trim() != "yes" {
        bail!("thrown away; nothing was changed");
    }
    Ok(Vec::new())
}

fn tell(config: &Config, arguments: &Arguments, shares: &[Share], made: &[PathBuf]) {
    println!(
        "The root key is split: any {} of {} shares open the network.",
        arguments.threshold,
        shares.len()
    );
    println!("Shares of earlier splits are refused from now on.\n");
    for path in made {
        println!("  {}", path.display());
    }
    if !made.is_empty() {
        println!("\nGive each file to one person, and remove it here when it is on their paper or stick.");
    }
    println!("\nLet each of them try theirs with `waystation key check`, today.");
    if config.root_key != RootKeySource::Shares {
        println!("\nWhen they have, set WAYSTATION_ROOT_KEY_SHARES=1 in place of what is set now, start the");
        println!("server, and open it with `waystation unseal`.");
        what_remains(&config.root_key);
    }
}

/// What the operator has to know of the key that was there before.
pub(super) fn what_remains(source: &RootKeySource) {
    match source {
        RootKeySource::File(path) => {
            println!("\nUntil then nothing is safer than before: the key is whole in {}.", path.display());
            println!(
                "When the server was opened without it, remove it and every copy (`shred -u`, and know that a"
            );
            println!("flash disk may keep it all the same).");
        }
        RootKeySource::Environment(name) => {
            println!(
                "\nUntil then nothing is safer than before: the key is whole in {name}. When the server was"
            );
            println!(
                "opened without it, take it out of wherever it was set, and out of every backup of that."
            );
        }
        RootKeySource::Passphrase(path) => {
            println!(
                "\nUntil it is removed, {} still gives the key to whoever knows its passphrase.",
                path.display()
            );
        }
        RootKeySource::Shares => {}
    }
    println!(
        "It does not take the key from anybody who had it: whoever has read it, or holds enough shares of"
    );
    println!("an earlier split, opens every copy of this database, until the network has another root key.");
}
