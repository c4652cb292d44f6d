//! `waystation audit rotate-key`.

use anyhow::Context as _;

use crate::config::Config;
use crate::setup::rotate_log_key;

/// Rotates it.
pub fn run(config: &Config) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("no thread could be started")?;
    let key = runtime.block_on(rotate_log_key(config))?;
    println!("The log has a new key, and the old one has signed the entry that announces it.");
    println!("  {key}");
    println!("Start every server again: one that still runs signs nothing more.");
    Ok(())
}
