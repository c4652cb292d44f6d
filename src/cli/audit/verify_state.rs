//! `waystation audit verify-state`.

use actix_web::web::Data;
use serde::Serialize;

use super::progress::Progress;
use crate::app::App;
use crate::audit::state::{Finding, State, verify};
use crate::cli::operator::wait_for;
use crate::config::Config;
use crate::verifier::Verdict;

/// How it is told.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  waystation audit verify-state
  waystation audit verify-state --json > report.json

Run it where the database is, after a restore and whenever somebody may have been at the database. It looks at the log
first: of a log that is not whole nothing follows.

Ends with 0 when every sealed value is as it was stored, with 1 when one is not, with 2 when it could not be
checked.")]
pub struct Arguments {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Compares, and tells every row that is not as it was stored.
pub fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<Verdict> {
    let app = Data::new(App::open(config)?);
    let progress = Progress::new();
    let state = wait_for(verify(&app, |done, all| progress.at(done, all)))??;
    drop(progress);
    let verdict = if state.findings.is_empty() { Verdict::Whole } else { Verdict::NotWhole };
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&Report::of(&state, verdict))?);
    } else {
        tell(&state);
    }
    Ok(verdict)
}

fn tell(state: &State) {
    println!("The log of {} entries has the signed root.", state.checkpoint.checkpoint.size);
    println!("{} sealed values are as the log says.", state.whole);
    for finding in &state.findings {
        let told = finding.position.map(|position| format!(" (entry {position})")).unwrap_or_default();
        println!("  {} of row {}: {}{told}", finding.column, finding.row.escape_debug(), finding.wrong);
    }
    match state.findings.len() {
        0 => {}
        count => println!(
            "{count} SEALED VALUES ARE NOT AS THEY WERE STORED: somebody has changed the database past the server."
        ),
    }
}

#[derive(Serialize)]
struct Report<'a> {
    verdict: Verdict,
    entries: u64,
    checkpoint: &'a str,
    values_whole: u64,
    findings: Vec<Told<'a>>,
}

#[derive(Serialize)]
struct Told<'a> {
    code: &'static str,
    column: &'a str,
    row: &'a str,
    position: Option<u64>,
    what: String,
}

impl<'a> Report<'a> {
    fn of(state: &'a State, verdict: Verdict) -> Self {
        Self {
            verdict,
            entries: state.checkpoint.checkpoint.size,
            checkpoint: &state.checkpoint.note,
            values_whole: state.whole,
            findings: state.findings.iter().map(Told::of).collect(),
        }
    }
}

impl<'a> Told<'a> {
    fn of(finding: &'a Finding) -> Self {
        Self {
            code: finding.wrong.code(),
            column: &finding.column,
            row: &finding.row,
            position: finding.position,
            what: finding.wrong.to_string(),
        }
    }
}
