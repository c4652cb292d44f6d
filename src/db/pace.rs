//! How long a commit waits for those who are on their way to it.
//!
//! Whoever was just answered is likely to ask again, and queues while the next commit runs: without
//! waiting, two halves of a crowd alternate, and each commit carries one. Waiting for one more is worth
//! while as long as that one comes sooner than what a job of this commit costs on average: with `n` jobs
//! gathered `t` after the last commit, and a commit of `c`, while jobs come closer together than
//! `(t + c) / n`. Where requests are held up by the processor and not by the disk, they come farther
//! apart than that, and nobody waits.

use std::time::Duration;

/// A commit waits for at most as long as a commit takes, and never longer than this.
const LONGEST: Duration = Duration::from_millis(10);
/// How much of an average one new value is.
const NEW: f64 = 0.2;

/// What the last commits tell of the next one.
pub(super) struct Pace {
    commit: f64,
    interval: f64,
    expected: usize,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { commit: 0.0, interval: 0.0, expected: 1 }
    }

    /// How long a commit took, work of its jobs apart.
    pub(super) fn commit_took(&mut self, time: Duration) {
        self.commit += NEW * (time.as_secs_f64() - self.commit);
    }

    /// `came` jobs were handed in since the last answers, the last of them after `within`. A pause in which
    /// nobody asked tells nothing about how close together they come.
    pub(super) fn arrived(&mut self, came: u32, within: Duration) {
        if came > 0 {
            let within = within.as_secs_f64().min(2.0 * self.commit);
            self.interval += NEW * (within / f64::from(came) - self.interval);
        }
    }

    /// Those just answered are expected back beside those that queued meanwhile. A client that is
    /// alone is expected alone, and so never waits.
    pub(super) fn batch_ended(&mut self, answered: usize, queued: usize) {
        self.expected = answered + queued;
    }

    /// How long to wait for one more beside the `gathered`, `since` after the last answers.
    pub(super) fn patience(&self, gathered: usize, since: Duration) -> Duration {
        let missing = self.expected.saturating_sub(gathered);
        let longest = Duration::from_secs_f64(self.commit).min(LONGEST).saturating_sub(since);
        let Ok(each) = u32::try_from(gathered.max(1)) else { return Duration::ZERO };
        let cost = (since.as_secs_f64() + self.commit) / f64::from(each);
        if missing == 0 || self.interval >= cost {
            return Duration::ZERO;
        }
        Duration::from_secs_f64(cost).saturating_mul(u32::try_from(missing).unwrap_or(u32::MAX)).min(longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOW: Duration = Duration::from_millis(4);

    fn after(came: u32, within: Duration, answered: usize, queued: usize) -> Pace {
        let mut pace = Pace::new();
        for _ in 0..50 {
            pace.commit_took(SLOW);
            pace.arrived(came, within);
        }
        pace.batch_ended(answered, queued);
        pace
    }

    #[test]
    fn a_client_that_is_alone_never_waits() {
        let pace = after(1, Duration::from_micros(300), 1, 0);
        assert_eq!(pace.patience(1, Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn the_half_that_queued_waits_for_the_half_that_was_answered() {
        let pace = after(8, Duration::from_micros(1600), 8, 8);
        assert!(pace.patience(8, Duration::ZERO) > Duration::from_millis(3));
        assert!(pace.patience(15, Duration::from_millis(2)) > Duration::from_micros(300));
        assert_eq!(pace.patience(16, Duration::from_millis(2)), Duration::ZERO);
    }

    #[test]
    fn nobody_waits_where_the_processor_is_what_holds_requests_up() {
        let pace = after(24, Duration::from_micros(4500), 24, 24);
        assert_eq!(pace.patience(24, Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn a_night_without_requests_is_soon_forgotten() {
        let mut pace = after(8, Duration::from_micros(1600), 8, 8);
        pace.arrived(1, Duration::from_secs(8 * 3600));
        for _ in 0..10 {
            pace.arrived(8, Duration::from_micros(1600));
        }
        assert!(pace.patience(8, Duration::ZERO) > Duration::from_millis(3));
    }

    #[test]
    fn no_wait_is_longer_than_a_commit() {
        let pace = after(8, Duration::from_micros(1600), 40, 1);
        assert!(pace.patience(1, Duration::ZERO) <= SLOW);
        assert_eq!(pace.patience(1, SLOW), Duration::ZERO);
    }

    #[test]
    fn before_the_first_commit_nobody_waits() {
        assert_eq!(Pace::new().patience(1, Duration::ZERO), Duration::ZERO);
    }
}
