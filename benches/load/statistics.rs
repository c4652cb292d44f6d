//! Latencies into percentiles.

use serde::Serialize;

/// What a cell's latencies come to, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Latencies {
    /// Half of the answers came within this time.
    #[serde(rename = "p50_micros")]
    pub p50: u32,
    /// 99 of 100 did.
    #[serde(rename = "p99_micros")]
    pub p99: u32,
    /// The slowest.
    #[serde(rename = "slowest_micros")]
    pub slowest: u32,
}

impl Latencies {
    /// Of at least one answer; nearest rank.
    pub fn of(mut micros: Vec<u32>) -> Option<Self> {
        micros.sort_unstable();
        let slowest = *micros.last()?;
        let rank = |percent: usize| micros[(micros.len() * percent).div_ceil(100).max(1) - 1];
        Some(Self { p50: rank(50), p99: rank(99), slowest })
    }
}
