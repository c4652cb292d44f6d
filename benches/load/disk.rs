//! What one durable write costs on the disk under the database: it bounds everything else, so the figures
//! are told beside it.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;

const TRIES: usize = 64;

/// Median time of appending a page and waiting until it is on the disk, in microseconds.
pub fn durable_write_micros(directory: &Path) -> Result<u32> {
    let mut file: File = tempfile::tempfile_in(directory)?;
    let mut times = Vec::with_capacity(TRIES);
    for _ in 0..TRIES {
        file.write_all(&[0xA5; 4096])?;
        let started = Instant::now();
        file.sync_data()?;
        times.push(u32::try_from(started.elapsed().as_micros())?);
    }
    times.sort_unstable();
    Ok(times[TRIES / 2])
}
