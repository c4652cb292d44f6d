//! The figures, as a table for people and as JSON for the next comparison.

use std::fmt;

use serde::Serialize;

use crate::process::Memory;
use crate::rotation::Rotated;
use crate::statistics::Latencies;

/// What was measured, and on what.
#[derive(Serialize)]
pub struct Report {
    /// SQLite or PostgreSQL.
    pub database: &'static str,
    /// Cases in the background.
    pub cases: usize,
    /// Cores of the machine, shared by server and client.
    pub cores: usize,
    /// Median time of one durable write in the run's directory, where the database is a file there.
    pub durable_write_micros: Option<u32>,
    /// How much longer every commit was made to last.
    pub slow_commit_micros: Option<u32>,
    /// Seconds measured in each cell.
    pub seconds: f64,
    /// Memory after the start, before any request.
    pub at_start: Memory,
    /// The largest peak of the cells without logins.
    pub peak_without_logins_kib: u64,
    /// The largest peak of the cells with them.
    pub peak_with_logins_kib: Option<u64>,
    /// The cells.
    pub cells: Vec<Cell>,
}

/// One scenario at one number of connections.
#[derive(Serialize)]
pub struct Cell {
    /// What was asked for.
    pub scenario: &'static str,
    /// By how many at once.
    pub connections: usize,
    /// Answers a second.
    pub per_second: f64,
    /// Latencies.
    #[serde(flatten)]
    pub latencies: Latencies,
    /// All answers of the cell, the warm-up's too.
    pub answered: u64,
    /// Events of the scenario's action that came onto the log meanwhile.
    pub recorded: u64,
    /// Those a second.
    pub events_per_second: f64,
    /// Commits a second, each of which waits for the disk; counted on SQLite.
    pub commits_per_second: Option<f64>,
    /// Memory at the end; the peak is the cell's own where the kernel allows to forget the one before.
    pub memory: Memory,
    /// The rotation of every key meanwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotated: Option<Rotated>,
    /// Guesses of strangers that were answered meanwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guesses: Option<u64>,
}

/// The table, for people.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} cases, {} cores", self.database, self.cases, self.cores)?;
        if let Some(micros) = self.durable_write_micros {
            write!(f, ", one durable write {} ms", milliseconds(micros))?;
        }
        if let Some(micros) = self.slow_commit_micros {
            write!(f, ", every commit {} ms longer", milliseconds(micros))?;
        }
        f.write_str(
            "\n\n| scenario | connections | answers/s | p50 ms | p99 ms | slowest ms | events/s | commits/s | peak MiB |\n\
             | --- | --: | --: | --: | --: | --: | --: | --: | --: |\n",
        )?;
        for cell in &self.cells {
            writeln!(f, "{cell}")?;
        }
        for cell in &self.cells {
            if let Some(guesses) = cell.guesses {
                write!(
                    f,
                    "\n{}, {} connections: {guesses} guesses of strangers answered meanwhile",
                    cell.scenario, cell.connections
                )?;
            }
            if let Some(rotated) = cell.rotated {
                write!(
                    f,
                    "\n{}, {} connections: every key rotated in {:.1} s, {} times killed, {} keys of cases wrapped anew",
                    cell.scenario, cell.connections, rotated.seconds, rotated.kills, rotated.case_keys
                )?;
            }
        }
        write!(
            f,
            "\nMemory: {} MiB at the start, at most {} MiB without logins",
            mebibytes(self.at_start.resident_kib),
            mebibytes(self.peak_without_logins_kib)
        )?;
        if let Some(peak) = self.peak_with_logins_kib {
            write!(f, ", {} MiB with them", mebibytes(peak))?;
        }
        f.write_str(". Every answer was on the log.\n")
    }
}

/// Its line of the table.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "| {} | {} | {:.0} | {} | {} | {} | {:.0} | {} | {} |",
            self.scenario,
            self.connections,
            self.per_second,
            milliseconds(self.latencies.p50),
            milliseconds(self.latencies.p99),
            milliseconds(self.latencies.slowest),
            self.events_per_second,
            self.commits_per_second.map_or_else(|| "-".to_owned(), |commits| format!("{commits:.0}")),
            mebibytes(self.memory.peak_kib)
        )
    }
}

fn milliseconds(micros: u32) -> String {
    format!("{:.2}", f64::from(micros) / 1000.0)
}

fn mebibytes(kib: u64) -> u64 {
    kib.div_ceil(1024)
}
