//! Shares that were handed in, until enough are there or too much time has passed. Pure: it knows no database.

use chrono::TimeDelta;

use crate::crypto::Share;
use crate::db::types::Timestamp;

/// How long the others have, from the first share on.
pub const KEPT: TimeDelta = TimeDelta::minutes(10);

/// The shares. They are wiped as they go.
#[derive(Default)]
pub(super) struct Collected {
    shares: Vec<Share>,
    since: Option<Timestamp>,
}

/// What became of a share.
pub(super) enum Added {
    /// This share is there already.
    Repeated,
    /// So many more are needed.
    Needs(u8),
    /// These are enough.
    Enough(Vec<Share>),
}

impl Collected {
    /// Adds a share that counts. Those of another split go: a newer one was made meanwhile.
    pub(super) fn add(&mut self, share: Share, now: Timestamp) -> Added {
        if self.shares.first().is_some_and(|first| first.split() != share.split()) {
            self.shares.clear();
        }
        if self.holds(&share) {
            return Added::Repeated;
        }
        if self.shares.is_empty() {
            self.since = Some(now);
        }
        let threshold = share.threshold();
        self.shares.push(share);
        let given = u8::try_from(self.shares.len()).unwrap_or(u8::MAX);
        match threshold.saturating_sub(given) {
            0 => Added::Enough(std::mem::take(&mut self.shares)),
            more => Added::Needs(more),
        }
    }

    /// Whether this share is there already.
    pub(super) fn holds(&self, share: &Share) -> bool {
        self.shares.iter().any(|held| held.split() == share.split() && held.index() == share.index())
    }

    /// Forgets what has waited too long, and tells how many shares that were.
    pub(super) fn forget_old(&mut self, now: Timestamp) -> usize {
        if self.since.is_none_or(|since| now < since.plus(KEPT)) {
            return 0;
        }
        let forgotten = self.shares.len();
        *self = Self::default();
        forgotten
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{Proportion, RootKey};

    fn shares(threshold: u8, shares: u8) -> Vec<Share> {
        RootKey::generate().split(Proportion::new(threshold, shares).unwrap()).unwrap()
    }

    fn again(share: &Share) -> Share {
        Share::parse(&share.to_text()).unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn so_many_are_needed_and_one_twice_counts_once() {
        let shares = shares(3, 5);
        let mut collected = Collected::default();
        assert!(matches!(collected.add(again(&shares[4]), at(0)), Added::Needs(2)));
        assert!(matches!(collected.add(again(&shares[4]), at(1)), Added::Repeated));
        assert!(matches!(collected.add(again(&shares[0]), at(2)), Added::Needs(1)));
        assert!(matches!(collected.add(again(&shares[4]), at(3)), Added::Repeated));
        let Added::Enough(held) = collected.add(again(&shares[2]), at(4)) else { panic!("not enough") };
        assert_eq!(held.iter().map(Share::index).collect::<Vec<_>>(), [5, 1, 3]);
        assert!(collected.shares.is_empty());
    }

    #[test]
    fn they_are_forgotten_ten_minutes_after_the_first() {
        let shares = shares(3, 3);
        let mut collected = Collected::default();
        assert_eq!(collected.forget_old(at(10_000)), 0);
        collected.add(again(&shares[0]), at(0));
        collected.add(again(&shares[1]), at(599));
        assert_eq!(collected.forget_old(at(599)), 0);
        assert_eq!(collected.forget_old(at(600)), 2);
        assert_eq!(collected.forget_old(at(601)), 0);
        assert!(matches!(collected.add(again(&shares[2]), at(602)), Added::Needs(2)));
        assert_eq!(collected.forget_old(at(1201)), 0);
    }

    #[test]
    fn a_newer_split_begins_anew() {
        let (old, new) = (shares(2, 3), shares(2, 3));
        let mut collected = Collected::default();
        collected.add(again(&old[0]), at(0));
        assert!(matches!(collected.add(again(&new[1]), at(1)), Added::Needs(1)));
        assert!(matches!(collected.add(again(&new[0]), at(2)), Added::Enough(_)));
    }
}
