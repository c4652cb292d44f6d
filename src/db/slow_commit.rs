//! For the benchmark only (feature `slow-commit`): makes every commit take as long as on a slow disk.

use std::time::Duration;

/// Sleeps for `WAYSTATION_SLOW_COMMIT_MICROS`, inside what the writer measures as the commit.
#[expect(clippy::disallowed_methods, reason = "a setting of the benchmark, not of the server")]
pub(super) fn delay() {
    let micros = std::env::var("WAYSTATION_SLOW_COMMIT_MICROS").ok().and_then(|text| text.parse().ok());
    std::thread::sleep(Duration::from_micros(micros.unwrap_or(0)));
}
