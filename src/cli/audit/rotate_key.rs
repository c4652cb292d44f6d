//! `waystation audit rotate-key`.

use crate::app::App;
use crate::cli::operator::block_on;
use crate::config::Config;
use crate::keyholders;
use crate::keys::rotate_log_key;

/// Rotates it.
pub fn run(config: &Config) -> anyhow::Result<()> {
    let root = keyholders::root_key(config)?;
    let app = App::open(config)?;
    let key = block_on(async { Ok(rotate_log_key(&app, &root).await) })??;
    println!("The log has a new key, and the old one has signed the entry that announces it.");
    println!("  {key}");
    println!("Servers that run sign with it within seconds. Give it to everybody who verifies the log.");
    Ok(())
}
