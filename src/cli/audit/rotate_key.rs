//! `waystation audit rotate-key`.

use crate::cli::operator::wait_for;
use crate::config::Config;
use crate::setup::rotate_log_key;

/// Rotates it.
pub fn run(config: &Config) -> anyhow::Result<()> {
    let key = wait_for(rotate_log_key(config))??;
    println!("The log has a new key, and the old one has signed the entry that announces it.");
    println!("  {key}");
    println!("Start every server again: one that still runs signs nothing more.");
    Ok(())
}
