//! The load runner: starts the real server on a seeded database, measures it from outside, and checks that
//! every answer is on the log.
//!
//! `run` is the order of things; `installation` starts and stops the server; `network`, `background` and
//! `cases` fill the database; `scenario` says what is asked and `measure` asks. How to run it and what the
//! figures mean is in `docs/PERFORMANCE.md`.

mod arguments;
mod background;
mod cases;
mod client;
mod database;
mod disk;
mod flood;
mod history;
mod installation;
mod measure;
mod network;
mod process;
mod report;
mod rotation;
mod rows;
mod run;
mod scenario;
mod statistics;
mod timing;
mod wire;

use anyhow::{Context as _, Result};

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]
fn main() -> Result<()> {
    let arguments = arguments::Arguments::read()?;
    if !arguments.bench {
        eprintln!("nothing is measured: run `cargo bench --bench load`, or say --bench");
        return Ok(());
    }
    // One thread: the server has the other cores.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if let Some(requests) = arguments.timing {
        let told = |step: &str| eprintln!("{step}");
        let timing = runtime.block_on(timing::run(&arguments, (requests, today()), told))?;
        println!("\n{timing}");
        return Ok(());
    }
    let report = runtime.block_on(run::run(&arguments, today(), |step| eprintln!("{step}")))?;
    println!("\n{report}");
    if let Some(file) = &arguments.json {
        std::fs::write(file, serde_json::to_string_pretty(&report)?)
            .with_context(|| format!("writing {}", file.display()))?;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the runner has no app.clock; the server it measures has")]
fn today() -> chrono::NaiveDate {
    chrono::Utc::now().date_naive()
}
