//! `waystation migrate`: the schema, brought up to this program's.

use crate::config::Config;
use crate::db::migrate;
use crate::setup::look_at;

/// Runs what is pending.
pub fn run(config: &Config) -> anyhow::Result<()> {
    look_at(&config.database)?;
    let ran = migrate::run(&config.database)?;
    match ran.len() {
        0 => println!("The database is up to date; nothing was changed."),
        count => println!("{count} migrations were run: {}.", ran.join(", ")),
    }
    Ok(())
}
