//! The log: lines for people on a terminal, JSON elsewhere. It never holds personal data.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// Starts it, on standard error. A command says what it did by itself and logs only warnings.
pub fn start(config: &Config, is_server: bool) -> anyhow::Result<()> {
    let directives = if is_server { config.log.as_str() } else { "warn" };
    let filter = EnvFilter::builder()
        .parse(directives)
        .context("WAYSTATION_LOG must be a level such as `info`, or a filter such as `waystation=debug`")?;
    let terminal = std::io::stderr().is_terminal();
    let usual = if terminal { LogFormat::Human } else { LogFormat::Json };
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log_format.unwrap_or(usual) {
        LogFormat::Human => log.with_ansi(terminal).with_target(false).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}
