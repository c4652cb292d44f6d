//! `waystation audit verify-state`.

use actix_web::web::Data;
use anyhow::{Context as _, bail};

use super::progress::Progress;
use crate::app::App;
use crate::audit::state::verify;
use crate::config::Config;

/// Compares, and tells every row that is not as it was stored.
pub fn run(config: &Config) -> anyhow::Result<()> {
    let app = Data::new(App::open(config)?);
    let runtime = tokio::runtime::Runtime::new().context("no thread could be started")?;
    let progress = Progress::new();
    let state = runtime.block_on(verify(&app, |done, all| progress.at(done, all)))?;
    drop(progress);
    println!("The log of {} entries has the signed root.", state.checkpoint.checkpoint.size);
    println!("{} sealed values are as the log says.", state.whole);
    for finding in &state.findings {
        let told = finding.position.map(|position| format!(" (entry {position})")).unwrap_or_default();
        println!("  {} of row {}: {}{told}", finding.column, finding.row.escape_debug(), finding.wrong);
    }
    match state.findings.len() {
        0 => Ok(()),
        count => bail!(
            "{count} sealed values are not as they were stored: somebody has changed the database past the server"
        ),
    }
}
