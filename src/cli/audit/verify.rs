//! `waystation audit verify`: a bundle, and what is to be thought of it.

use std::path::PathBuf;

use anyhow::Context as _;

use super::offline::{key, read};
use super::progress::Progress;
use crate::verifier::findings::Finding;
use crate::verifier::report::Fits;
use crate::verifier::{KeptCopy, Policy, Report, Request, Verdict, verify};

/// What is verified, and against what.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  waystation audit verify log-2026-11 --key key-of-the-log.txt
  waystation audit verify log-2026-11 --key key-of-the-log.txt --since checkpoint-of-october
  waystation audit verify log-2026-11 --key key-of-the-log.txt --against stages-2026-10-31.csv
  waystation audit verify log-2026-11 --key key-of-the-log.txt --json > report.json

It needs no network, no configuration and no database. Take the key from the people who run the log, by a way
of your own, once, and keep it; a key that comes with the bundle proves nothing.

Ends with 0 when the log is whole, with 1 when something is wrong with it, with 2 when it could not be
checked (also because a newer program is needed for some of its entries), with 3 when it is whole and a part of its history was once given up on the record. What each finding means is in docs/AUDIT.md.")]
pub struct Arguments {
    /// Directory of the exported log
    bundle: PathBuf,
    /// The log's key that you trust, NAME+ID+KEY, or a file whose first line it is
    #[arg(long, value_name = "KEY|FILE")]
    key: String,
    /// The checkpoint that you kept when you last verified: shows a cut off end, and a second history
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
    /// A checkpoint from elsewhere, or a stage report (JSON or CSV) that bears one; may be said several times
    #[arg(long, value_name = "FILE")]
    against: Vec<PathBuf>,
    /// A policy of witnesses (C2SP tlog-policy) that the newest checkpoint must meet
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Verifies it, and says what it comes to.
pub fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let copies = arguments.since.iter().chain(&arguments.against);
    let copy = |path: &PathBuf| {
        let label = path.display().to_string();
        KeptCopy::parse(&label, &read(path)?)
            .with_context(|| format!("{label} is no checkpoint, and no report that bears one"))
    };
    let request = Request {
        bundle: &arguments.bundle,
        key: key("--key", &arguments.key)?,
        copies: copies.map(copy).collect::<anyhow::Result<_>>()?,
        policy: arguments.policy.as_ref().map(|path| policy(path)).transpose()?,
    };
    let progress = Progress::new();
    let report = verify(request, &mut |done, of| progress.at(done, of));
    drop(progress);
    let report = report.with_context(|| arguments.bundle.display().to_string())?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        tell(&report);
    }
    Ok(report.verdict)
}

fn policy(path: &std::path::Path) -> anyhow::Result<Policy> {
    Policy::parse(&read(path)?).with_context(|| format!("{} is no policy", path.display()))
}

fn tell(report: &Report) {
    println!("{}\n", verdict(report));
    println!("  log          {}", report.origin);
    println!("  entries      {} of {}", report.entries, report.size);
    println!("  root         {}", report.root);
    println!("  checkpoints  {}", report.checkpoints);
    if report.copies > 0 {
        println!("  copies       {} from elsewhere", report.copies);
    }
    if !report.witnesses.is_empty() {
        println!("  witnesses    {}", report.witnesses.join(", "));
    }
    println!("  signed is    {}", fits(report.fits));
    for warning in &report.warnings {
        println!("\nKnow: {warning}.");
    }
    for finding in &report.findings {
        println!("\n{}{}.\n  {}", place(finding), finding.what, finding.meaning);
        println!("  [{}]", finding.code.as_str());
    }
    let untold = report.findings_total.saturating_sub(report.findings.len() as u64);
    if untold > 0 {
        println!("\n{untold} more findings are not told.");
    }
}

fn verdict(report: &Report) -> String {
    match report.verdict {
        Verdict::Whole => "The log is whole.".to_owned(),
        Verdict::WholeWithFork => {
            "The log is whole, WITH AN ACKNOWLEDGED FORK: a part of its history was given up, on the record."
                .to_owned()
        }
        Verdict::NeedsNewer => {
            "THE LOG CANNOT BE CHECKED by this program: some of its entries are of a newer version, and nothing else is \
             wrong. Take a newer program, and verify again."
                .to_owned()
        }
        Verdict::NotWhole => {
            let place = report.first_wrong_position.map(|first| format!(", first at position {first}"));
            format!(
                "THE LOG IS NOT WHOLE: {} {}{}.",
                report.findings_total,
                if report.findings_total == 1 { "finding" } else { "findings" },
                place.unwrap_or_default()
            )
        }
    }
}

fn fits(fits: Fits) -> &'static str {
    match fits {
        Fits::Both => "what is in the bundle",
        Fits::Entries => "the entries; the stored tree is another",
        Fits::StoredTree => "the stored tree; the entries are others",
        Fits::Neither => "neither the entries nor the stored tree",
        Fits::NotKnown => "not known: the bundle does not reach so far",
    }
}

fn place(finding: &Finding) -> String {
    match (finding.position, finding.until) {
        (Some(first), Some(last)) if first != last => format!("Positions {first} to {last}: "),
        (Some(first), _) => format!("Position {first}: "),
        (None, _) => String::new(),
    }
}
