//! `waystation key check`: whether a share on paper is as it was made.

use crate::cli::terminal::Terminal;
use crate::keyholders::{self, Keyholders};

pub const HELP: &str = "Example:
  waystation key check

Asks for one share, shows nothing of it, needs no network and no database, and tells which share of which split it is,
with its check words. They must be the words that stand on the paper; told to somebody over the phone, they show that
both have the same share, and give nothing of it away.";

/// Asks, and tells.
pub fn run() -> anyhow::Result<()> {
    let share = keyholders::one_share(&Keyholders::asked_by(Terminal), "Share: ")?;
    println!("share {} of split {}; {} are needed", share.index(), share.split(), share.threshold());
    println!("check words: {}", share.check_words());
    Ok(())
}
