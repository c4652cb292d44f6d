//! `waystation key rotate`.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::app::App;
use crate::cli::operator::block_on;
use crate::config::Config;
use crate::crypto::KeyPurpose;
use crate::db::types::CodeList as _;
use crate::error::Result;
use crate::keyholders;
use crate::keys::{follow, rewrapping, rotation, status};

/// Which keys.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  waystation key rotate case_wrapping
  waystation key rotate --all

Keys: case_wrapping, token_signing, audit_signing, password_pepper, refresh_tokens, stored_answers,
search_texts.

Nobody is logged out and nothing is unreadable at any moment. A new version is known to every server
that runs before any uses it, which is ten seconds; then the keys of cases are wrapped anew, in batches.
Broken off, a running server carries on with it, or this command when it is called with --resume. The
version before is destroyed by a server once nothing needs it: after a quarter of an hour at the earliest,
for kept answers after a day, for the pepper when everybody has logged in once. The log's old key is kept.")]
pub struct Arguments {
    /// The key, by what it is for
    #[arg(value_name = "KEY", required_unless_present_any = ["all", "resume"])]
    pub key: Option<KeyPurpose>,
    /// Every key
    #[arg(long, conflicts_with = "key")]
    pub all: bool,
    /// Make no new version, and carry on with what was broken off
    #[arg(long, conflicts_with_all = ["key", "all"])]
    pub resume: bool,
}

/// Rotates.
pub fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<()> {
    let chosen: Vec<KeyPurpose> = match arguments.key {
        Some(key) => vec![key],
        None if arguments.all => KeyPurpose::all().to_vec(),
        None => Vec::new(),
    };
    // Before the network is opened: where people have to give it, they give it once.
    let root = keyholders::root_key(config)?;
    let app = App::open(config)?;
    for purpose in chosen {
        let begun = block_on(async { Ok(rotation::rotate(&app, &root, purpose).await) })??;
        println!("{purpose}: version {} is used from {} on", begun.version, begun.active_from);
        if let Some(key) = app.notary.verifier_keys().last().filter(|_| purpose == KeyPurpose::AuditSigning) {
            println!("  {key}");
            println!(
                "  The old key has signed the entry that announces it. Give it to everybody who verifies the log."
            );
        }
    }
    drop(root);
    let rewrapped = block_on(carry_on(&app))?;
    if rewrapped > 0 {
        println!("{rewrapped} keys of cases are wrapped by the current version.");
    }
    Ok(())
}

/// Waits for what is not used yet, then wraps what is left to wrap.
async fn carry_on(app: &App) -> Result<usize> {
    let left = loop {
        follow(app).await?;
        let status = app.db.unrecorded("which keys there are", status::load).await?;
        let mut versions = status.keys.iter().flat_map(|key| &key.versions);
        if versions.all(|version| version.state != status::KeyState::Waiting) {
            break status.case_keys_to_rewrap;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    };
    let style = ProgressStyle::with_template("{pos} of {len} keys of cases {wide_bar} {eta}");
    let bar = ProgressBar::new(u64::try_from(left).unwrap_or_default());
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut done = 0;
    loop {
        let some = rewrapping::some(app).await?;
        if some == 0 {
            break;
        }
        done += some;
        bar.inc(u64::try_from(some).unwrap_or_default());
    }
    bar.finish_and_clear();
    Ok(done)
}
