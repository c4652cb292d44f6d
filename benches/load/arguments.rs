//! What one run measures, from the command line.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Parser, ValueEnum};

use crate::scenario::Scenario;

/// Measures a real server: throughput, latencies, memory, and whether every answer is on the log.
#[derive(Parser, Debug)]
#[command(name = "load")]
pub struct Arguments {
    /// Said by `cargo bench`; without it nothing is run, so that `cargo test --all-targets` stays quick.
    #[arg(long, hide = true)]
    pub bench: bool,
    /// The binary to measure.
    #[arg(long, default_value = env!("CARGO_BIN_EXE_waystation"))]
    pub server: PathBuf,
    /// Which database.
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    pub database: Database,
    /// An empty PostgreSQL database that the run may fill.
    #[arg(long, required_if_eq("database", "postgres"))]
    pub postgres_url: Option<String>,
    /// Where the SQLite database is made; on the disk whose commits are to be measured, never on a tmpfs.
    #[arg(long, default_value = env!("CARGO_TARGET_TMPDIR"))]
    pub directory: PathBuf,
    /// Cases that lie in the database beside those that are read and moved.
    #[arg(long, default_value_t = 10_000)]
    pub cases: usize,
    /// Scenarios, separated by commas; all when not said.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub scenario: Vec<Scenario>,
    /// Numbers of connections, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "1,16,64")]
    pub connections: Vec<usize>,
    /// Seconds measured in each cell.
    #[arg(long, default_value_t = 5.0)]
    pub seconds: f64,
    /// Seconds before them that are not measured.
    #[arg(long, default_value_t = 1.0)]
    pub warm_up: f64,
    /// Gives every key another version during each cell, and kills the command that does it three times; the cell has
    /// to last longer than that takes.
    #[arg(long)]
    pub rotate: bool,
    /// Strangers who try passwords during each cell, each over a connection of their own.
    #[arg(long, value_name = "CONNECTIONS")]
    pub flood: Option<usize>,
    /// Compares instead how long answers take that must look alike, each of two so many times; half an hour for 2000.
    #[arg(long, value_name = "REQUESTS")]
    pub timing: Option<usize>,
    /// Makes every commit last this many microseconds longer; the server needs the feature `slow-commit`.
    #[arg(long, value_name = "MICROSECONDS")]
    pub slow_commit: Option<u32>,
    /// Also writes the figures to this file.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// Where the server stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Database {
    /// A file.
    Sqlite,
    /// A server of its own.
    Postgres,
}

impl Database {
    /// For a person.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

impl Arguments {
    /// Read and checked; the scenarios in the order in which they disturb each other least.
    pub fn read() -> Result<Self> {
        Self::parse().checked()
    }

    fn checked(mut self) -> Result<Self> {
        if self.scenario.is_empty() {
            self.scenario = Scenario::value_variants().to_vec();
        }
        self.scenario.sort_unstable();
        self.scenario.dedup();
        if self.connections.is_empty() || self.connections.contains(&0) {
            bail!("--connections: at least one");
        }
        // A token lasts ten minutes and is renewed between the cells only.
        if !(0.1..=240.0).contains(&self.seconds) || !(0.0..=60.0).contains(&self.warm_up) {
            bail!("--seconds is 0.1 to 240, --warm-up 0 to 60");
        }
        if self.slow_commit.is_some() && self.database == Database::Postgres {
            bail!(
                "--slow-commit slows the commits of SQLite; on PostgreSQL the reads' events alone would be slowed"
            );
        }
        Ok(self)
    }

    /// The most connections of any cell.
    pub fn most_connections(&self) -> usize {
        self.connections.iter().copied().max().unwrap_or(1)
    }
}
