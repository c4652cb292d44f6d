//! Latencies into percentiles.

use serde::Serialize;

/// What a cell's latencies come to, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Latencies {
    /// Half of the answers came within this time.
    pub p50_micros: u32,
    /// 99 of 100 did.
    pub p99_micros: u32,
    /// The slowest.
    pub slowest_micros: u32,
}

impl Latencies {
    /// Of at least one answer; nearest rank.
    pub fn of(mut micros: Vec<u32>) -> Option<Self> {
        micros.sort_unstable();
        let slowest_micros = *micros.last()?;
        let rank = |percent: usize| micros[(micros.len() * percent).div_ceil(100).max(1) - 1];
        Some(Self { p50_micros: rank(50), p99_micros: rank(99), slowest_micros })
    }
}
